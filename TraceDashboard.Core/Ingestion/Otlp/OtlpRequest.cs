using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>A piece of the body.</summary>
internal readonly record struct BodyRange(int Start, int Length);

/// <summary>Records of one resource and one scope: those from <see cref="FirstSpan"/> to the next group's.</summary>
internal struct SpanGroup
{
    public BodyRange Resource;
    public BodyRange ResourceSchemaUrl;
    public BodyRange Scope;
    public BodyRange ScopeSchemaUrl;
    public int FirstSpan;
}

/// <summary>The body is not an export; the message says why.</summary>
internal sealed class MalformedRequestException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// An ExportTraceServiceRequest or an ExportLogsServiceRequest. The constructor of a subclass walks the envelope once, so that a
/// malformed body is refused before any of it is stored; records are read one by one, so that a bad one costs no other.
/// </summary>
/// <param name="signal">What was sent.</param>
/// <param name="body">May be longer than the message.</param>
/// <param name="length">Bytes of the message.</param>
internal abstract class OtlpRequest(OtlpSignal signal, byte[] body, int length, IngestionOptions options)
{
    public OtlpSignal Signal { get; } = signal;

    public byte[] Body { get; } = body;

    public int Length { get; } = length;

    public IngestionOptions Options { get; } = options;

    public List<SpanGroup> Groups { get; } = [];

    /// <summary>Where the spans or log records are. Those that are too short for two ids are not among them, see <see cref="TooShort"/>.</summary>
    public List<BodyRange> Spans { get; } = [];

    /// <summary>Those that cannot have ids, counted only, so that a body of nothing else takes no room.</summary>
    public long TooShort { get; protected set; }

    /// <summary>What the body seems to be when it holds something else than <see cref="Signal"/>; null otherwise.</summary>
    public string? OtherSignal { get; protected set; }

    public long SpanCount => Spans.Count + TooShort;

    public ReadOnlySpan<byte> Slice(BodyRange range) => Body.AsSpan(range.Start, range.Length);

    public abstract void ReadResource(BodyRange range, RawSource resource);

    public abstract void ReadScope(BodyRange range, RawSource scope);

    public abstract void ReadSpan(BodyRange range, RawSpan span);

    /// <summary>
    /// Reads a log record as a span with nothing but its ids and one event, which is the record: its body is the event's content, its
    /// <c>event.name</c>, where older SDKs have the name, that of the event.
    /// </summary>
    public abstract void ReadLog(BodyRange range, RawSpan record);

    /// <summary>Completes what <see cref="ReadLog"/> has read.</summary>
    /// <param name="record">With its attributes, and the body as one of them.</param>
    /// <param name="log">Its time and name as far as they are told.</param>
    /// <param name="observed">When the record came to whoever collects it; stands in for its own time.</param>
    internal static void EndLog(RawSpan record, RawEvent log, ulong observed)
    {
        log.Attributes = record.EndRange(0);
        log.Time = log.Time == 0 ? observed : log.Time;
        foreach (ref var attribute in record.Attributes(log.Attributes))
        {
            if (attribute.Hidden || attribute.Type != RawType.String || !record[attribute.Key].SequenceEqual("event.name"u8))
                continue;
            attribute.Hidden = true;
            if (log.Name.Length == 0)
                log.Name = attribute.Text;
        }

        if (UnixNanos.FromUnsigned(log.Time) is null)
            record.Fail("timeUnixNano is missing");
        record.Events.Add(log);
    }

    /// <summary>The text at that place, as the protocol's reader cleans it; false when it is no text.</summary>
    public abstract bool TryReadText(BodyRange range, RawRecord owner, out Slice text);
}
