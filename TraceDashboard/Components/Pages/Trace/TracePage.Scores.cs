using Microsoft.AspNetCore.Components;
using MudBlazor;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>What a person says of the trace. What is said comes back with the feed, here as on every other page that shows the trace.</summary>
public sealed partial class TracePage
{
    private string? _actionError;

    private string ScoreLink(Score score) =>
        navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["span"] = Span ?? _rows?.Tree.SpanId[0], ["tab"] = "scores" });

    private Task AddScoreAsync(string? spanId) =>
        _trace is { } trace ? AskAsync("Add a score", HumanScores.New(_projectId, trace.TraceId, spanId, trace.Environment)) : Task.CompletedTask;

    private Task EditScoreAsync(Score score) => AskAsync("Change the score", score);

    private async Task AskAsync(string title, Score score)
    {
        var dialog = await dialogs.ShowAsync<ScoreDialog>(
            title,
            new DialogParameters<ScoreDialog> { { d => d.Score, score }, { d => d.Of, NameOf(score) } },
            new DialogOptions { FullWidth = true, MaxWidth = MaxWidth.ExtraSmall, BackdropClick = false });
        await dialog.Result;
    }

    private async Task DeleteScoreAsync(Score score)
    {
        var dialog = await dialogs.ShowAsync<DeleteScoreDialog>("Delete this score?", new DialogParameters<DeleteScoreDialog> { { d => d.Score, score } });
        if (await dialog.Result is not { Canceled: false })
            return;
        try
        {
            await deletion.DeleteScoreAsync(score.ProjectId, score.Id, Gone);
            _actionError = null;
        }
        catch (Exception e) when (!Gone.IsCancellationRequested)
        {
            LogScoreNotDeleted(e);
            _actionError = $"“{Bidi.Isolate(score.Name)}” could not be deleted, because the store does not answer. Try again.";
        }
    }

    private string NameOf(Score score)
    {
        if (score.SpanId is not { } spanId)
            return "the whole trace";
        return _rows?.Tree.RowOf(spanId) is >= 0 and var row ? $"the span {Bidi.Isolate(_rows.Tree.Name[row]) ?? Kinds.Label(_rows.Tree.Kind[row])}" : $"the span {Bidi.Isolate(spanId)}";
    }

    [LoggerMessage(1, LogLevel.Error, "A score could not be deleted.", EventName = "ScoreNotDeleted")]
    private partial void LogScoreNotDeleted(Exception exception);
}
