using System.Text.Json;
using TraceDashboard.Core.Ingestion.Conventions;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Reads a log record.</summary>
internal sealed class JsonLogReader(JsonAttributes attributes)
{
    public void Read(byte[] body, BodyRange range, RawSpan record)
    {
        record.Clear();
        var log = new RawEvent();
        var observed = 0UL;
        var reader = new ValidJsonReader(body.AsSpan(range.Start, range.Length));
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, record.Temp);
            if (name.SequenceEqual("timeUnixNano"u8))
                log.Time = JsonValues.ReadUnsigned(ref reader, record, "timeUnixNano");
            else if (name.SequenceEqual("observedTimeUnixNano"u8))
                observed = JsonValues.ReadUnsigned(ref reader, record, "observedTimeUnixNano");
            else if (name.SequenceEqual("eventName"u8))
                log.Name = JsonValues.ReadText(ref reader, record, range.Start, "eventName");
            else if (name.SequenceEqual("traceId"u8))
                record.SetTraceId(JsonValues.ReadId(ref reader, record, "traceId"));
            else if (name.SequenceEqual("spanId"u8))
                record.SetSpanId(JsonValues.ReadId(ref reader, record, "spanId"));
            else if (name.SequenceEqual("attributes"u8))
                attributes.Read(ref reader, record, range.Start);
            else if (name.SequenceEqual("body"u8))
                ReadBody(ref reader, record, range.Start);
            else
                reader.Skip();
        }

        OtlpRequest.EndLog(record, log, observed);
    }

    private void ReadBody(ref ValidJsonReader reader, RawSpan record, int start)
    {
        var content = new RawAttribute { Key = record.KeepOwn(GenAiEvents.Content) };
        attributes.ReadValue(ref reader, record, start, ref content);
        record.Add(content);
    }
}
