using System.Text;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>The messages of an answer, which are the same over HTTP and gRPC.</summary>
internal static class OtlpMessages
{
    private static ReadOnlySpan<byte> RetryInfoType => "type.googleapis.com/google.rpc.RetryInfo"u8;

    /// <summary>
    /// ExportTraceServiceResponse; those of metrics and logs have the same fields, under other names. A message without rejected records
    /// is a warning (OTLP 1.x, "partial success").
    /// </summary>
    public static byte[] Response(OtlpEncoding encoding, OtlpSignal signal, long rejected, string message)
    {
        if (rejected == 0 && message.Length == 0)
            return encoding == OtlpEncoding.Json ? "{}"u8.ToArray() : [];

        var body = new JsonBuffer();
        if (encoding == OtlpEncoding.Json)
        {
            body.Write("{\"partialSuccess\":{"u8);
            body.WriteKey(signal == OtlpSignal.Logs ? "rejectedLogRecords"u8 : "rejectedSpans"u8);
            body.Write((byte)'"');
            body.WriteLong(rejected);
            body.Write("\",\"errorMessage\":"u8);
            body.WriteString(message);
            body.Write("}}"u8);
        }
        else
        {
            var partial = new JsonBuffer();
            WriteVarint(partial, 1, (ulong)rejected);
            WriteText(partial, 2, Encoding.UTF8.GetBytes(message));
            WriteText(body, 1, partial.Written);
        }

        return body.ToArray();
    }

    /// <summary>google.rpc.Status.</summary>
    /// <param name="retryAfter">Told as google.rpc.RetryInfo, in protobuf.</param>
    public static byte[] Status(OtlpEncoding encoding, uint code, string message, TimeSpan? retryAfter = null)
    {
        var body = new JsonBuffer();
        if (encoding == OtlpEncoding.Json)
        {
            body.Write("{\"code\":"u8);
            body.WriteUnsigned(code);
            body.Write(",\"message\":"u8);
            body.WriteString(message);
            body.Write((byte)'}');
        }
        else
        {
            WriteVarint(body, 1, code);
            WriteText(body, 2, Encoding.UTF8.GetBytes(message));
            if (retryAfter is { } wait)
                WriteText(body, 3, RetryInfo(wait));
        }

        return body.ToArray();
    }

    /// <summary>google.protobuf.Any with the wait as google.protobuf.Duration.</summary>
    private static ReadOnlySpan<byte> RetryInfo(TimeSpan wait)
    {
        var duration = new JsonBuffer();
        WriteVarint(duration, 1, (ulong)(wait.Ticks / TimeSpan.TicksPerSecond));
        WriteVarint(duration, 2, (ulong)(wait.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));
        var info = new JsonBuffer();
        WriteText(info, 1, duration.Written);
        var any = new JsonBuffer();
        WriteText(any, 1, RetryInfoType);
        WriteText(any, 2, info.Written);
        return any.Written;
    }

    private static void WriteVarint(JsonBuffer target, uint field, ulong value)
    {
        target.Write((byte)(field << 3));
        WriteVarint(target, value);
    }

    private static void WriteText(JsonBuffer target, uint field, ReadOnlySpan<byte> text)
    {
        target.Write((byte)((field << 3) | (uint)WireType.Length));
        WriteVarint(target, (ulong)text.Length);
        target.Write(text);
    }

    private static void WriteVarint(JsonBuffer target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            target.Write((byte)(value | 0x80));
        target.Write((byte)value);
    }
}
