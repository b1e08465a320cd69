namespace TraceDashboard.Core.Live;

/// <summary>What changed since the last signal.</summary>
/// <param name="Tick">The tick that brought the latest of the changes, see <see cref="LiveFeed.CurrentTick"/>.</param>
/// <param name="TraceIds">The traces that changed; empty when <paramref name="Everything"/> is set.</param>
/// <param name="Everything">So many changed that they are no longer listed: any trace may have.</param>
public sealed record ChangeSet(long Tick, IReadOnlySet<string> TraceIds, bool Everything)
{
    public bool Contains(string traceId) => Everything || TraceIds.Contains(traceId);
}
