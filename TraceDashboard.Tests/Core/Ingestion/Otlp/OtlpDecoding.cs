using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

/// <summary>Decodes whole bodies and shows what came out as plain JSON.</summary>
internal sealed record OtlpDecoding(IReadOnlyList<SpanUpdate> Spans, IReadOnlyList<TraceUpdate> Traces, long Rejected, string Reasons)
{
    public IReadOnlyList<Score> Scores { get; private init; } = [];

    public static OtlpDecoding OfJson(JsonNode request, IngestionOptions? options = null) => Of(OtlpBodies.ToJson(request), OtlpEncoding.Json, options);

    public static OtlpDecoding OfProtobuf(JsonNode request, IngestionOptions? options = null) => Of(OtlpBodies.ToProtobuf(request), OtlpEncoding.Protobuf, options);

    public static OtlpDecoding OfLogs(params JsonNode[] records) => OfLogs(records, OtlpEncoding.Json);

    public static OtlpDecoding OfLogs(JsonNode[] records, OtlpEncoding encoding)
    {
        var request = OtlpBodies.LogRequest(records);
        var body = encoding == OtlpEncoding.Json ? OtlpBodies.ToJson(request) : OtlpBodies.ToProtobuf(request);
        return Of(new OtlpLogDecoder(encoding.Open(OtlpSignal.Logs, body, body.Length, new IngestionOptions()), projectId: 7), long.MaxValue);
    }

    public static OtlpDecoding Of(byte[] body, OtlpEncoding encoding, IngestionOptions? options = null, long batchBytes = long.MaxValue) =>
        Of(new OtlpDecoder(encoding.Open(OtlpSignal.Traces, body, body.Length, options ?? new IngestionOptions()), projectId: 7), batchBytes);

    private static OtlpDecoding Of(IOtlpDecoder decoder, long batchBytes)
    {
        var spans = new List<SpanUpdate>();
        var traces = new List<TraceUpdate>();
        var scores = new List<Score>();
        while (decoder.Next(batchBytes) is { } batch)
        {
            spans.AddRange(batch.Spans);
            traces.AddRange(batch.Traces);
            scores.AddRange(batch.Scores);
        }

        return new OtlpDecoding(spans, traces, decoder.Rejections.Count, decoder.Rejections.ToString()) { Scores = scores };
    }

    /// <summary>The fields that are set, in their stored form; contents as text.</summary>
    public static JsonObject Show(SpanUpdate span)
    {
        var shown = new JsonObject { ["version"] = $"{span.Version.Class}/{span.Version.EventTime}/{span.Version.Sequence}" };
        foreach (var field in Enum.GetValues<SpanField>().Where(span.Has))
            shown[JsonNamingPolicy.CamelCase.ConvertName(field.ToString())] = Value(typeof(SpanUpdate).GetProperty(field.ToString())!.GetValue(span));
        return shown;
    }

    public static JsonObject Show(TraceUpdate trace)
    {
        var shown = new JsonObject();
        foreach (var field in Enum.GetValues<TraceField>().Where(trace.Has))
        {
            var property = field == TraceField.Version ? nameof(TraceUpdate.AppVersion) : field.ToString();
            shown[JsonNamingPolicy.CamelCase.ConvertName(field.ToString())] = Value(typeof(TraceUpdate).GetProperty(property)!.GetValue(trace));
        }

        return shown;
    }

    /// <summary>What it says, and whom of the span's three it is about.</summary>
    public static JsonObject Show(Score score)
    {
        var shown = new JsonObject
        {
            ["of"] = score.SessionId is not null ? $"session {score.SessionId}" : score.SpanId is not null ? "span" : "trace",
            ["name"] = score.Name,
            ["source"] = score.Source.ToString(),
            ["type"] = score.DataType.ToString(),
        };
        foreach (var (name, value) in new (string, JsonNode?)[] { ("value", score.Value), ("text", score.Text), ("comment", score.Comment), ("metadata", score.Metadata is null ? null : JsonNode.Parse(score.Metadata)) })
        {
            if (value is not null)
                shown[name] = value;
        }

        return shown;
    }

    private static JsonNode? Value(object? value) => value switch
    {
        null => null,
        byte[] utf8 => Encoding.UTF8.GetString(utf8),
        Enum name => name.ToString(),
        decimal money => money,
        TokenUsage usage => new JsonObject(usage.GetType().GetProperties()
            .Where(p => !p.Name.EndsWith("Total", StringComparison.Ordinal) && p.GetValue(usage) is long)
            .Select(p => KeyValuePair.Create(JsonNamingPolicy.CamelCase.ConvertName(p.Name), (JsonNode?)(long)p.GetValue(usage)!))
            .Append(KeyValuePair.Create("rule", (JsonNode?)usage.Rule.ToString()))),
        _ => JsonSerializer.SerializeToNode(value),
    };
}
