using System.Diagnostics.Metrics;

namespace TraceDashboard.Components.Shared;

/// <summary>What the pages do to their readers' connections.</summary>
public sealed class PageMetrics(IMeterFactory meters)
{
    public const string MeterName = "TraceDashboard.Pages";

    /// <summary>Renders that a change of the data caused, by <c>page</c>.</summary>
    public const string LiveRenders = "pages.live.renders";

    private readonly Counter<long> _liveRenders = meters.Create(MeterName).CreateCounter<long>(LiveRenders);

    public void CountLiveRender(string page) => _liveRenders.Add(1, new KeyValuePair<string, object?>("page", page));
}
