using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Prices;

/// <summary>Finds the spans that a corrected price may be for, in the order of their start; before them those that have none.</summary>
internal static class RepricingScan
{
    /// <summary>Spans that are looked at in one go.</summary>
    public const int Size = 1_000;

    private const string Select =
        "SELECT t.start_time, t.trace_no, t.span_id, r.trace_id, t.received_at, t.provider, t.request_model, t.response_model, t.service_tier, t.cost, t.cost_source, "
        + "t.price_key, t.layers, " + FactsReader.UsageSelect
        + " FROM spans t JOIN traces r ON r.trace_no = t.trace_no "
        + "WHERE t.project_id = {0} AND ((t.cost_source NOT IN (1, 3) AND (t.request_model IS NOT NULL OR t.response_model IS NOT NULL)) OR t.layers IS NOT NULL)";

    private const string WithoutStart = Select +
        """
         AND t.start_time IS NULL AND (t.trace_no, t.span_id) > ({1}, {2})
        ORDER BY t.trace_no, t.span_id LIMIT {3}
        """;

    private const string ByStart = Select +
        """
         AND t.start_time >= {1} AND t.start_time < {4} AND (t.start_time, t.trace_no, t.span_id) > ({1}, {2}, {3})
        ORDER BY t.start_time, t.trace_no, t.span_id LIMIT {5}
        """;

    /// <summary>The spans behind the cursor.</summary>
    /// <param name="differs">Whether a span, without what its price does not depend on, would cost something else now.</param>
    public static async Task<List<ScannedSpan>> NextAsync(TraceStore store, RepricingRow cursor, Func<SpanRow, bool> differs, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            async (db, ct) =>
            {
                var rows = new List<(SpanRow Row, string TraceId)>();
                object[] parameters = cursor.CursorTime is { } start
                    ? [cursor.ProjectId, start, cursor.CursorTraceNo, cursor.CursorSpanId, cursor.ToTime ?? long.MaxValue, Size]
                    : [cursor.ProjectId, cursor.CursorTraceNo, cursor.CursorSpanId, Size];
                await RawQuery.ReadAsync(
                    db, cursor.CursorTime is null ? WithoutStart : ByStart, parameters,
                    r =>
                    {
                        var usage = FactsReader.Usage(r, 13);
                        var row = new SpanRow
                        {
                            ProjectId = cursor.ProjectId,
                            StartTime = r.Number(0),
                            TraceNo = r.GetInt64(1),
                            SpanId = r.GetString(2),
                            ReceivedAt = r.GetInt64(4),
                            Provider = r.Text(5),
                            RequestModel = r.Text(6),
                            ResponseModel = r.Text(7),
                            ServiceTier = r.Text(8),
                            Cost = r.Number(9),
                            CostSource = r.GetInt16(10),
                            PriceKey = r.Text(11),
                            Layers = r.Text(12),
                            UsageRule = (short?)usage?.Rule,
                            TokensInput = usage?.Input,
                            TokensCacheRead = usage?.CacheRead,
                            TokensCacheWrite5m = usage?.CacheWrite5m,
                            TokensCacheWrite1h = usage?.CacheWrite1h,
                            TokensOutput = usage?.Output,
                            TokensReasoning = usage?.Reasoning,
                            TokensInputAudio = usage?.InputAudio,
                            TokensOutputAudio = usage?.OutputAudio,
                            TokensInputImage = usage?.InputImage,
                            TokensOutputImage = usage?.OutputImage,
                            TokensUnsplit = usage?.Unsplit,
                            UsageOther = usage?.Other,
                        };
                        rows.Add((row, r.GetString(3)));
                    },
                    ct);
                return rows;
            },
            cancellationToken);
        return rows.ConvertAll(r => new ScannedSpan(r.Row.StartTime, r.Row.TraceNo, r.Row.SpanId, r.TraceId, differs(r.Row)));
    }

    /// <summary>About how many spans there are to look at, from the rollups.</summary>
    public static Task<long> CountAsync(TraceStore store, RepricingRow repricing, CancellationToken cancellationToken)
    {
        const long second = Text.UnixNanos.PerSecond;
        var from = repricing.FromTime is { } start ? RollupBucket.Floor(start / second, RollupBucket.Quarter) : long.MinValue;
        var to = repricing.ToTime is { } end ? end / second : long.MaxValue;
        return store.ReadAsync(
            (db, ct) => db.Rollups
                .Where(r => r.ProjectId == repricing.ProjectId && r.Seconds == RollupBucket.Quarter && r.Bucket >= from && r.Bucket <= to && r.Kind != RollupBucket.Traces && r.Model != "")
                .SumAsync(r => r.Count, ct),
            cancellationToken);
    }
}

/// <summary>A span, and whether a price that was corrected makes its cost another.</summary>
internal readonly record struct ScannedSpan(long? StartTime, long TraceNo, string SpanId, string TraceId, bool Differs);
