using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Ids of traces and spans: those of W3C where they are made here, any text within the limit of <see cref="Ids"/> where clients send them.</summary>
internal static class LifecycleIds
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public static string NewTraceId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TraceBytes));

    /// <summary>The same key gives the same trace, within a project.</summary>
    public static string TraceIdOf(int projectId, string idempotencyKey) => Derive($"trace\n{projectId}\n{idempotencyKey}", TraceBytes);

    /// <summary>Follows from the trace, so that an update that overtakes its start finds the root.</summary>
    public static string RootSpanId(string traceId) => Derive($"root\n{traceId}", SpanBytes);

    /// <summary>For a child span without an id: the same body gives the same one.</summary>
    public static string ChildSpanId(string traceId, ulong bodyHash, int index) => Derive($"child\n{traceId}\n{bodyHash}\n{index}", SpanBytes);

    /// <summary>Reads version 00 of W3C trace context; later versions begin alike. What is not valid is taken for absent, as W3C says.</summary>
    public static bool TryParseTraceparent(string? header, out string traceId, out string spanId)
    {
        traceId = spanId = "";
        if (header is not { Length: >= 55 } || header[2] != '-' || header[35] != '-' || header[52] != '-')
            return false;
        if (!IsLowerHex(header.AsSpan(0, 2)) || header.StartsWith("ff", StringComparison.Ordinal) || (header.Length > 55 && (header[55] != '-' || header.StartsWith("00", StringComparison.Ordinal))))
            return false;
        traceId = header[3..35];
        spanId = header[36..52];
        return IsW3C(traceId, TraceBytes) && IsW3C(spanId, SpanBytes) && IsLowerHex(header.AsSpan(53, 2));
    }

    /// <summary>Null when one of the ids is not that of W3C.</summary>
    public static string? Traceparent(string traceId, string spanId) =>
        IsW3C(traceId, TraceBytes) && IsW3C(spanId, SpanBytes) ? $"00-{traceId}-{spanId}-01" : null;

    private static bool IsW3C(string id, int bytes) => id.Length == bytes * 2 && IsLowerHex(id) && id.AsSpan().ContainsAnyExcept('0');

    private static bool IsLowerHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(LowerHex);

    private static string Derive(string text, int bytes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, bytes));
}
