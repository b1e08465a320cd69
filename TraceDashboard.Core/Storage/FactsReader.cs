using System.Data.Common;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>Reads the narrow part of spans: all that summaries and waterfalls need.</summary>
internal static class FactsReader
{
    public const string Select =
        "t.trace_no, t.span_id, t.parent_span_id, t.name, t.kind, t.status, t.start_time, t.end_time, t.first_token_time, t.provider, "
        + "t.request_model, t.response_model, t.response_id, " + UsageSelect + ", t.cost, t.cost_source, t.price_key, t.counted, t.received_at, t.service_tier, t.layers, "
        + "t.fields, t.version_class";

    /// <summary>What <see cref="Usage"/> reads.</summary>
    public const string UsageSelect =
        "t.usage_rule, t.tokens_input, t.tokens_cache_read, t.tokens_cache_write_5m, t.tokens_cache_write_1h, t.tokens_output, t.tokens_reasoning, "
        + "t.tokens_input_audio, t.tokens_output_audio, t.tokens_input_image, t.tokens_output_image, t.tokens_unsplit, t.usage_other";

    /// <summary>How many columns <see cref="Select"/> has.</summary>
    public const int Columns = 35;

    public static long TraceNo(DbDataReader reader) => reader.GetInt64(0);

    public static SpanFacts Read(DbDataReader reader) => new()
    {
        SpanId = reader.GetString(1),
        ParentSpanId = reader.Text(2),
        Name = reader.Text(3),
        Kind = (SpanKind)reader.GetInt16(4),
        Status = (SpanStatus)reader.GetInt16(5),
        StartTime = reader.Number(6),
        EndTime = SpanFacts.EndOf(reader.Number(6), reader.Number(7)),
        FirstTokenTime = reader.Number(8),
        Provider = reader.Text(9),
        Model = reader.Text(11) ?? reader.Text(10),
        RequestModel = reader.Text(10),
        ResponseId = reader.Text(12),
        Usage = Usage(reader, 13),
        Cost = new Cost(reader.Number(26) is { } pico ? PicoDollars.ToUsd(pico) : null, (CostSource)reader.GetInt16(27), reader.Text(28)),
        Counted = reader.GetBoolean(29),
        ReceivedAt = reader.GetInt64(30),
        ServiceTier = reader.Text(31),
        Layers = LayeredCallCodec.Decode(reader.Text(32)),
        OnlyLogs = SpanRowMapper.IsOnlyLogs(reader.Number(6), reader.GetInt64(33), reader.GetInt16(34)),
    };

    /// <param name="column">Where <see cref="UsageSelect"/> begins.</param>
    public static TokenUsage? Usage(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : new TokenUsage
    {
        Rule = (UsageRule)reader.GetInt16(column),
        Input = reader.Number(column + 1),
        CacheRead = reader.Number(column + 2),
        CacheWrite5m = reader.Number(column + 3),
        CacheWrite1h = reader.Number(column + 4),
        Output = reader.Number(column + 5),
        Reasoning = reader.Number(column + 6),
        InputAudio = reader.Number(column + 7),
        OutputAudio = reader.Number(column + 8),
        InputImage = reader.Number(column + 9),
        OutputImage = reader.Number(column + 10),
        Unsplit = reader.Number(column + 11),
        Other = reader.Text(column + 12),
    };
}
