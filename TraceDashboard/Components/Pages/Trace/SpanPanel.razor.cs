using Microsoft.AspNetCore.Components;
using TraceDashboard.Components.Shared;
using TraceDashboard.Components.Waterfall;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>The panel beside the waterfall. Shows what it is given: the page reads.</summary>
public sealed partial class SpanPanel(NavigationManager navigation)
{
    [Parameter, EditorRequired]
    public required string TraceId { get; set; }

    [Parameter, EditorRequired]
    public required string SpanId { get; set; }

    /// <summary>Null until it is read; of the span before while the next one is.</summary>
    [Parameter]
    public SpanContent? Shown { get; set; }

    /// <summary>Of the trace and of all of its spans.</summary>
    [Parameter]
    public IReadOnlyList<Score> Scores { get; set; } = [];

    /// <summary>Whether the trace has no such span.</summary>
    [Parameter]
    public bool IsMissing { get; set; }

    [Parameter, EditorRequired]
    public required TraceTree Tree { get; set; }

    /// <summary>What the URL names; null for the first.</summary>
    [Parameter]
    public string? Tab { get; set; }

    /// <summary>Nanoseconds since the Unix epoch: where open spans end.</summary>
    [Parameter]
    public long Now { get; set; }

    /// <summary>When anything of the trace last arrived, in the same unit: what is known of an open span is of then.</summary>
    [Parameter]
    public long KnownUntil { get; set; }

    /// <summary>Of the trace: an open span goes on, or was given up.</summary>
    [Parameter]
    public TraceActivity TraceActivity { get; set; }

    [Parameter]
    public EventCallback OnClose { get; set; }

    /// <summary>With 1 for the next span of the tree, or -1 for the one before.</summary>
    [Parameter]
    public EventCallback<int> OnStep { get; set; }

    [Parameter]
    public EventCallback OnLoadAll { get; set; }

    /// <summary>With the id of the span that is to be scored, or null for the trace.</summary>
    [Parameter]
    public EventCallback<string?> OnAddScore { get; set; }

    [Parameter]
    public EventCallback<Score> OnEditScore { get; set; }

    [Parameter]
    public EventCallback<Score> OnDeleteScore { get; set; }

    /// <summary>The address of the traces that have a value in a field.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string, string> FilterLink { get; set; }

    [CascadingParameter]
    private TimeZoneInfo? Zone { get; set; }

    private SpanContent? Content => IsMissing ? null : Shown;

    private SpanFacts Facts => Content!.Details.Facts;

    private bool IsOld => Content is { } content && content.SpanId != SpanId;

    private bool Running => TraceActivity == TraceActivity.Running;

    private bool IsOpen => Facts.IsOpen;

    private TraceActivity Activity => IsOpen ? TraceActivity : TraceActivity.Finished;

    private int Row => Tree.RowOf(Facts.SpanId);

    private string Name => Facts.Name ?? Kinds.Label(Facts.Kind);

    private TimeSpan? Elapsed => Facts.StartTime is { } start ? UnixNanos.ToTimeSpan(Math.Max(0, (Facts.EndTime ?? Now) - start)) : null;

    private string? StartMilliseconds => Facts.StartTime is { } start ? RowView.Milliseconds(start - Tree.StartTime) : null;

    private string Permalink => navigation.GetUriWithQueryParameter("span", SpanId);

    private string CurrentTab => Tabs.Any(t => t.Tab == Tab) ? Tab! : "";

    private IEnumerable<(string Tab, string Title)> Tabs
    {
        get
        {
            yield return ("", Content!.Blocks.Count > 0 ? "Messages" : "Content");
            yield return ("raw", "Raw");
            yield return ("scores", Scores.Count(s => s.SpanId is null || s.SpanId == SpanId) is > 0 and var scores ? "Scores " + Format.Count(scores) : "Scores");
            if (Content.Attributes.Count > 0)
                yield return ("attributes", "Attributes " + Format.Count(Content.Attributes.Count));
            if (Content.Events.Count > 0)
                yield return ("events", "Events " + Format.Count(Content.Events.Count));
            if (Content.Links.Count > 0)
                yield return ("links", "Links " + Format.Count(Content.Links.Count));
            if (Content.Resource.Count + Content.Origin.Count > 0)
                yield return ("resource", "Resource");
        }
    }

    private IEnumerable<(string Label, string Value)> Chips
    {
        get
        {
            var details = Content!.Details;
            if (Facts.OnlyLogs)
                yield return ("Log records came for it, and the span itself has not", "from logs only");
            if (details.RequestModel is { } asked && details.ResponseModel is { } answered && asked != answered)
                yield return ("The model that was asked", "asked " + asked);
            if (Facts.Provider is { } provider)
                yield return ("Provider", provider);
            if (details.ToolName is { } tool)
                yield return ("Tool", tool);
            if (details.AgentName is { } agent)
                yield return ("Agent", agent);
            if (details.PromptName is { } prompt)
                yield return ("Prompt", details.PromptVersion is { } version ? $"{prompt} v{version}" : prompt);
            if (details.ServiceTier is { } tier)
                yield return ("Service tier", tier);
            if (details.ServiceName is { } service)
                yield return ("Service", service);
        }
    }

    private IEnumerable<(string What, ContentCut Cut)> Cuts
    {
        get
        {
            if (Content!.Details.InputCut is { } input)
                yield return ("input", input);
            if (Content.Details.OutputCut is { } output)
                yield return ("output", output);
        }
    }

    private string TabLink(string tab) => navigation.GetUriWithQueryParameter("tab", tab.Length == 0 ? null : tab);

    private string LinkTo(SpanLink link) => link.TraceId is null || link.TraceId == TraceId
        ? navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["span"] = link.SpanId, ["tab"] = null })
        : $"traces/{Uri.EscapeDataString(link.TraceId)}" + (link.SpanId is { } span ? $"?span={Uri.EscapeDataString(span)}" : "");

    private static string? Raw(string? text) => JsonText.Pretty(text) ?? text;
}
