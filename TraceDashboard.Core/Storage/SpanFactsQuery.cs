using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>
/// Reads the narrow part of all spans of a trace. The rows are read by hand because EF Core takes twice as long for them:
/// 150 against 65 ms of CPU for 10 000 spans.
/// </summary>
internal static class SpanFactsQuery
{
    private const string Sql =
        """
        SELECT t.version, s.span_id, s.parent_span_id, s.name, s.kind, s.status, s.start_time, s.end_time, s.first_token_time,
            s.provider, COALESCE(s.response_model, s.request_model), s.response_id, s.cost, s.cost_source, s.price_key, s.counted,
            s.received_at, s.usage_rule, s.tokens_input, s.tokens_cache_read, s.tokens_cache_write_5m, s.tokens_cache_write_1h,
            s.tokens_output, s.tokens_reasoning, s.tokens_input_audio, s.tokens_output_audio, s.tokens_input_image, s.tokens_output_image
        FROM trace_keys k
        JOIN traces t ON t.trace_no = k.trace_no
        LEFT JOIN spans s ON s.trace_no = k.trace_no
        WHERE k.project_id = {0} AND k.trace_id = {1} AND k.deleted_at IS NULL
        """;

    /// <summary>Null when there is no such trace.</summary>
    public static async Task<TraceSpans?> ReadAsync(TraceDbContext db, int projectId, string traceId, CancellationToken cancellationToken)
    {
        var command = db.GetService<IRawSqlCommandBuilder>().Build(Sql, [projectId, traceId], db.Model);
        var parameters = new RelationalCommandParameterObject(
            db.GetService<IRelationalConnection>(), command.ParameterValues, readerColumns: null, db, db.GetService<IRelationalCommandDiagnosticsLogger>());
        await using var result = await command.RelationalCommand.ExecuteReaderAsync(parameters, cancellationToken);
        var rows = result.DbDataReader;
        TraceSpans? trace = null;
        var spans = new List<SpanFacts>();
        while (await rows.ReadAsync(cancellationToken))
        {
            trace ??= new TraceSpans(rows.GetInt64(0), spans);
            if (!rows.IsDBNull(1))
                spans.Add(Read(rows));
        }

        return trace;
    }

    public static Cost ToCost(long? amount, short source, string? priceKey) =>
        amount is { } pico ? new Cost(PicoDollars.ToUsd(pico), (CostSource)source, priceKey) : Cost.Unknown;

    private static SpanFacts Read(DbDataReader row) => new()
    {
        SpanId = row.GetString(1),
        ParentSpanId = Text(row, 2),
        Name = Text(row, 3),
        Kind = (SpanKind)row.GetInt16(4),
        Status = (SpanStatus)row.GetInt16(5),
        StartTime = Number(row, 6),
        EndTime = Number(row, 7),
        FirstTokenTime = Number(row, 8),
        Provider = Text(row, 9),
        Model = Text(row, 10),
        ResponseId = Text(row, 11),
        Cost = ToCost(Number(row, 12), row.GetInt16(13), Text(row, 14)),
        Counted = row.GetBoolean(15),
        ReceivedAt = row.GetInt64(16),
        Usage = row.IsDBNull(17) ? null : new TokenUsage
        {
            Rule = (UsageRule)row.GetInt16(17),
            Input = Number(row, 18),
            CacheRead = Number(row, 19),
            CacheWrite5m = Number(row, 20),
            CacheWrite1h = Number(row, 21),
            Output = Number(row, 22),
            Reasoning = Number(row, 23),
            InputAudio = Number(row, 24),
            OutputAudio = Number(row, 25),
            InputImage = Number(row, 26),
            OutputImage = Number(row, 27),
        },
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
