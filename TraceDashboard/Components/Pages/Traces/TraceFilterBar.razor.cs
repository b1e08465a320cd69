using Microsoft.AspNetCore.Components;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Traces;

/// <summary>The conditions of the list. It holds none of them: each change goes to the URL and comes back from there.</summary>
public sealed partial class TraceFilterBar
{
    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(300);

    private const int MaxOffered = 200;

    private readonly List<string?> _onTheWay = [];
    private readonly Departure _gone = new();
    private ITimer? _typing;
    private string? _text;
    private string? _urlText;
    private TraceFacets? _facets;
    private (TimeRange Range, DateTimeOffset At) _facetsOf;
    private IReadOnlyList<ScoreName> _scoreNames = [];

    [Parameter, EditorRequired]
    public required TraceQuery Query { get; set; }

    [Parameter]
    public EventCallback<TraceQuery> QueryChanged { get; set; }

    /// <summary>Null until it is known.</summary>
    [Parameter]
    public Project? Project { get; set; }

    [Parameter, EditorRequired]
    public required TimeRange Range { get; set; }

    /// <summary>Whether the list has any scores to filter by.</summary>
    [Parameter]
    public bool HasScores { get; set; }

    protected override void OnParametersSet()
    {
        if (Query.Text == _urlText)
            return;
        _urlText = Query.Text;

        // What was typed here comes back from the URL later, when more may have been typed: that is newer.
        var own = _onTheWay.LastIndexOf(Query.Text);
        if (own >= 0)
        {
            _onTheWay.RemoveRange(0, own + 1);
            return;
        }

        _onTheWay.Clear();
        _text = Query.Text;
    }

    public void Dispose()
    {
        _typing?.Dispose();
        _gone.Cancel();
        _gone.Dispose();
    }

    // Bound, and not set: a plain value attribute would be sent back and take away what was typed since.
    private void OnTyped()
    {
        _typing?.Dispose();
        _typing = Time.CreateTimer(_ => _ = InvokeAsync(ApplyTextAsync), null, TypingPause, Timeout.InfiniteTimeSpan);
    }

    private async Task ApplyTextAsync()
    {
        _typing?.Dispose();
        // A browser that is not there cannot be led to another address.
        await Pace.WhenShownAsync(_gone.Token);
        var text = Blank(_text);
        if (text == (_onTheWay.Count > 0 ? _onTheWay[^1] : Query.Text))
            return;
        _onTheWay.Add(text);
        await QueryChanged.InvokeAsync(Query with { Text = text });
    }

    private async Task<IEnumerable<string>> ModelsAsync(string? typed, CancellationToken cancellationToken) =>
        Matching((await FacetsAsync(cancellationToken))?.Models, typed, Query.Model);

    private async Task<IEnumerable<string>> UsersAsync(string? typed, CancellationToken cancellationToken) =>
        Matching((await FacetsAsync(cancellationToken))?.Users, typed, Query.User);

    private async Task<IEnumerable<string>> ScoresAsync(string? typed, CancellationToken cancellationToken)
    {
        if (Project is null)
            return [];
        _scoreNames = await Search.ScoreNamesAsync(Project.Id, cancellationToken);
        var offered = _scoreNames.SelectMany(Conditions).Select(c => c.ToString()).ToList();
        if (Blank(typed) is not { } text || text == Query.Score?.ToString())
            return offered.Take(MaxOffered);
        var found = offered.Where(o => o.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(MaxOffered).ToList();

        // What is typed is offered in the form in which it is understood, and not at all when it is not.
        if (ScoreCondition.TryParse(text, out var condition) && !found.Contains(condition.ToString()))
            found.Insert(0, condition.ToString());
        return found;
    }

    /// <summary>What a reader may want of a score: that there is one, and which values are worth a look.</summary>
    private static IEnumerable<ScoreCondition> Conditions(ScoreName score)
    {
        var any = new ScoreCondition { Name = score.Average.Name };
        return score.Average.DataType switch
        {
            ScoreDataType.Numeric => [any, any with { Operator = "<", Number = Math.Round(score.Average.Mean ?? 0, 2) }, any with { Operator = ">=", Number = Math.Round(score.Average.Mean ?? 0, 2) }],
            ScoreDataType.Boolean => [any, any with { Flag = false }, any with { Flag = true }],
            _ => [any, .. score.Categories.Select(c => any with { Category = c })],
        };
    }

    private Task ChangeScore(string? text) =>
        QueryChanged.InvokeAsync(Query with { Score = ScoreCondition.TryParse(text, out var condition) ? condition : null });

    private int? ScoreCountOf(string text) => _scoreNames.FirstOrDefault(n => new ScoreCondition { Name = n.Average.Name }.ToString() == text)?.Average.Count;

    private static IEnumerable<string> Matching(IReadOnlyList<FacetValue>? values, string? typed, string? chosen)
    {
        // The text of the field is what is chosen when its menu opens, and then all others are of interest.
        if (Blank(typed) is not { } text || text == chosen)
            return (values ?? []).Select(v => v.Value).Take(MaxOffered);
        var found = (values ?? []).Select(v => v.Value).Where(v => v.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(MaxOffered).ToList();

        // Only the most used are known here, so what is typed may be right as it is.
        if (!found.Contains(text))
            found.Add(text);
        return found;
    }

    private async Task<TraceFacets?> FacetsAsync(CancellationToken cancellationToken)
    {
        if (Project is null)
            return null;
        var now = Time.GetUtcNow();
        if (_facets is null || _facetsOf.Range != Range || now - _facetsOf.At > TimeSpan.FromSeconds(30))
        {
            var (from, to) = Range.Resolve(now);
            _facets = await Search.FacetsAsync(Project.Id, from, to, cancellationToken);
            _facetsOf = (Range, now);
        }

        return _facets;
    }

    private static int? CountOf(IReadOnlyList<FacetValue>? values, string value) =>
        values?.FirstOrDefault(v => v.Value == value) is { Value: not null } found ? found.Count : null;

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
