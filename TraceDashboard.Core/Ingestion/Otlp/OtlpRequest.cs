using TraceDashboard.Core.Ingestion.Conventions;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>A piece of the body.</summary>
internal readonly record struct BodyRange(int Start, int Length);

/// <summary>Spans of one resource and one scope: those from <see cref="FirstSpan"/> to the next group's.</summary>
internal struct SpanGroup
{
    public BodyRange Resource;
    public BodyRange ResourceSchemaUrl;
    public BodyRange Scope;
    public BodyRange ScopeSchemaUrl;
    public int FirstSpan;
}

/// <summary>The body is not an export of traces; the message says why.</summary>
internal sealed class MalformedRequestException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// An ExportTraceServiceRequest. The constructor of a subclass walks the envelope once, so that a malformed body is refused
/// before any of it is stored; spans are read one by one, so that a bad one costs no other.
/// </summary>
/// <param name="body">May be longer than the message.</param>
/// <param name="length">Bytes of the message.</param>
internal abstract class OtlpRequest(byte[] body, int length, IngestionOptions options)
{
    public byte[] Body { get; } = body;

    public int Length { get; } = length;

    public IngestionOptions Options { get; } = options;

    public List<SpanGroup> Groups { get; } = [];

    /// <summary>Where the spans are. Those that are too short for two ids are not among them, see <see cref="TooShort"/>.</summary>
    public List<BodyRange> Spans { get; } = [];

    /// <summary>Spans that cannot have ids, counted only, so that a body of nothing else takes no room.</summary>
    public long TooShort { get; protected set; }

    /// <summary>What the body seems to be when it holds logs or metrics; null otherwise.</summary>
    public string? OtherSignal { get; protected set; }

    public long SpanCount => Spans.Count + TooShort;

    public ReadOnlySpan<byte> Slice(BodyRange range) => Body.AsSpan(range.Start, range.Length);

    public abstract void ReadResource(BodyRange range, RawSource resource);

    public abstract void ReadScope(BodyRange range, RawSource scope);

    public abstract void ReadSpan(BodyRange range, RawSpan span);

    /// <summary>The text at that place, as the protocol's reader cleans it; false when it is no text.</summary>
    public abstract bool TryReadText(BodyRange range, RawRecord owner, out Slice text);
}
