using System.Data.Common;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>Reads the narrow part of spans: all that summaries and waterfalls need.</summary>
internal static class FactsReader
{
    public const string Select =
        "t.trace_no, t.span_id, t.parent_span_id, t.name, t.kind, t.status, t.start_time, t.end_time, t.first_token_time, t.provider, "
        + "t.request_model, t.response_model, t.response_id, t.usage_rule, t.tokens_input, t.tokens_cache_read, t.tokens_cache_write_5m, "
        + "t.tokens_cache_write_1h, t.tokens_output, t.tokens_reasoning, t.tokens_input_audio, t.tokens_output_audio, t.tokens_input_image, "
        + "t.tokens_output_image, t.cost, t.cost_source, t.price_key, t.counted, t.received_at";

    public static long TraceNo(DbDataReader reader) => reader.GetInt64(0);

    public static SpanFacts Read(DbDataReader reader) => new()
    {
        SpanId = reader.GetString(1),
        ParentSpanId = Text(reader, 2),
        Name = Text(reader, 3),
        Kind = (SpanKind)reader.GetInt16(4),
        Status = (SpanStatus)reader.GetInt16(5),
        StartTime = Number(reader, 6),
        EndTime = Number(reader, 7),
        FirstTokenTime = Number(reader, 8),
        Provider = Text(reader, 9),
        Model = Text(reader, 11) ?? Text(reader, 10),
        ResponseId = Text(reader, 12),
        Usage = reader.IsDBNull(13) ? null : new TokenUsage
        {
            Rule = (UsageRule)reader.GetInt16(13),
            Input = Number(reader, 14),
            CacheRead = Number(reader, 15),
            CacheWrite5m = Number(reader, 16),
            CacheWrite1h = Number(reader, 17),
            Output = Number(reader, 18),
            Reasoning = Number(reader, 19),
            InputAudio = Number(reader, 20),
            OutputAudio = Number(reader, 21),
            InputImage = Number(reader, 22),
            OutputImage = Number(reader, 23),
        },
        Cost = new Cost(Number(reader, 24) is { } pico ? PicoDollars.ToUsd(pico) : null, (CostSource)reader.GetInt16(25), Text(reader, 26)),
        Counted = reader.GetBoolean(27),
        ReceivedAt = reader.GetInt64(28),
    };

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
