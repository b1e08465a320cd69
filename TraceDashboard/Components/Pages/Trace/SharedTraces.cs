using TraceDashboard.Core.Live;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>What pages of a trace ask, answered once for all readers who ask the same in the same tick.</summary>
public sealed class SharedTraces(TraceReader reader, ScoreReader scores, TraceTreeCache trees, PriceBooks prices, SharedQueries shared)
{
    // More are a mistake of an evaluator; the API has them all.
    private const int MaxScores = 500;

    /// <returns>Null when there is no such trace.</returns>
    public Task<TraceDetails?> DetailsAsync(int projectId, string traceId, long tick, CancellationToken cancellationToken) => shared.GetAsync(
        (nameof(TraceDetails), projectId, traceId), tick, () => reader.GetTraceAsync(projectId, traceId, CancellationToken.None), cancellationToken);

    public Task<IReadOnlyList<Score>> ScoresAsync(int projectId, string traceId, long tick, CancellationToken cancellationToken) => shared.GetAsync(
        ("scores", projectId, traceId), tick, () => scores.OfTraceAsync(projectId, traceId, MaxScores, CancellationToken.None), cancellationToken);

    public Task<TraceTree> TreeAsync(TraceDetails trace, CancellationToken cancellationToken) => trees.GetAsync(
        trace.ProjectId, trace.TraceId, trace.Version,
        async () => await reader.GetSpansAsync(trace.ProjectId, trace.TraceId, CancellationToken.None) is { } spans ? spans.Spans : [],
        cancellationToken);

    /// <summary>See <see cref="TraceReader.FindSpansAsync"/>.</summary>
    public Task<IReadOnlySet<string>> FindAsync(int projectId, string traceId, string text, long tick, CancellationToken cancellationToken) => shared.GetAsync(
        ("find", projectId, traceId, text), tick, () => reader.FindSpansAsync(projectId, traceId, text, CancellationToken.None), cancellationToken);

    /// <param name="limit">See <see cref="SpanContent.CutAt"/>; null for all of it.</param>
    /// <returns>Null when there is no such span.</returns>
    public Task<SpanContent?> ContentAsync(int projectId, string traceId, string spanId, int? limit, long tick, CancellationToken cancellationToken) => shared.GetAsync(
        (nameof(SpanContent), projectId, traceId, spanId, limit),
        tick,
        async () => await reader.GetSpanAsync(projectId, traceId, spanId, limit, CancellationToken.None) is { } details
            ? SpanContent.Read(details, (await prices.CurrentAsync(CancellationToken.None)).Of(projectId))
            : null,
        cancellationToken);
}
