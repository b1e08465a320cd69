using System.Diagnostics.Metrics;

namespace TraceDashboard.Components.Shared;

/// <summary>What the pages do to their readers' connections.</summary>
public sealed class PageMetrics(IMeterFactory meters)
{
    public const string MeterName = "TraceDashboard.Pages";

    private readonly Counter<long> _liveRenders = meters.Create(MeterName).CreateCounter<long>("pages.live.renders");

    /// <summary>Counts a render that a change of the data caused, by <c>page</c>.</summary>
    public void CountLiveRender(string page) => _liveRenders.Add(1, new KeyValuePair<string, object?>("page", page));
}
