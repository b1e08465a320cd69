using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using MudBlazor;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>Takes a person's score in. Names that the project uses are offered, with the type that they have.</summary>
public sealed partial class ScoreDialog(HumanScores scores, TraceSearch search, IOptions<IngestionOptions> options, ILogger<ScoreDialog> logger) : IDisposable
{
    private readonly Departure _gone = new();
    private IReadOnlyList<ScoreName> _names = [];
    private string _name = "";
    private ScoreDataType _type;
    private bool _typeChosen;
    private string? _number;
    private bool? _flag;
    private string? _category;
    private string? _comment;
    private string? _error;
    private bool _busy;

    /// <summary>The one to change, or a new one of <see cref="HumanScores.New"/>.</summary>
    [Parameter, EditorRequired]
    public required Score Score { get; set; }

    /// <summary>What it is about, in words.</summary>
    [Parameter, EditorRequired]
    public required string Of { get; set; }

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    private bool IsNew => Score.Name.Length == 0;

    private int MaxName => options.Value.MaxNameLength;

    private IEnumerable<string> Categories => _names.Where(n => n.Average.Name == _name.Trim()).SelectMany(n => n.Categories);

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        (_name, _type, _comment, _typeChosen) = (Score.Name, Score.DataType, Score.Comment, !IsNew);
        _number = Score is { DataType: ScoreDataType.Numeric, Value: { } number } ? number.ToString("R", CultureInfo.InvariantCulture) : null;
        _flag = Score is { DataType: ScoreDataType.Boolean, Value: { } flag } ? flag == 1 : null;
        _category = Score.DataType == ScoreDataType.Categorical ? Score.Text : null;
        try
        {
            _names = await search.ScoreNamesAsync(Score.ProjectId, _gone.Token);
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            // Without suggestions a score can still be given.
            LogNoNames(e);
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
    }

    private void OnNamed()
    {
        if (!_typeChosen && _names.FirstOrDefault(n => n.Average.Name == _name.Trim()) is { } known)
            _type = known.Average.DataType;
    }

    private async Task SaveAsync()
    {
        if (_busy)
            return;
        var name = _name.Trim();
        _error = name.Length == 0 ? "Say what is judged." : null;
        if (_error is not null || Value() is not var (value, text))
            return;

        _busy = true;
        try
        {
            var comment = string.IsNullOrWhiteSpace(_comment) ? null : _comment.Trim();
            var outcome = await scores.SaveAsync(Score with { Name = name, DataType = _type, Value = value, Text = text, Comment = comment }, _gone.Token);
            _error = outcome switch
            {
                HumanScoreOutcome.Gone => "This score was deleted meanwhile. Close this, and add a new one.",
                HumanScoreOutcome.NotKept => "It was not kept: the trace was deleted meanwhile, or the project's sampling leaves the trace out.",
                HumanScoreOutcome.Refused => "The store refused it. Change what is unusual in it, and try again.",
                _ => null,
            };
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _error = "It could not be saved, because the store does not answer. Try again.";
        }
        finally
        {
            _busy = false;
        }

        if (_error is null)
            Dialog.Close(DialogResult.Ok(true));
    }

    /// <summary>Null, with an error, when it is not one of the type.</summary>
    private (double? Value, string? Text)? Value()
    {
        switch (_type)
        {
            case ScoreDataType.Numeric when double.TryParse(_number?.Trim().Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                return (number, null);
            case ScoreDataType.Numeric:
                _error = "The value must be a number, for example 0.8.";
                return null;
            case ScoreDataType.Boolean when _flag is { } flag:
                return (flag ? 1 : 0, flag ? "True" : "False");
            case ScoreDataType.Boolean:
                _error = "Choose true or false.";
                return null;
            default:
                var category = _category?.Trim();
                _error = string.IsNullOrEmpty(category) ? "Say which category it is." : null;
                return _error is null ? (null, category) : null;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A score could not be saved.", EventName = "ScoreNotSaved")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "The names of scores could not be read.", EventName = "ScoreNamesFailed")]
    private partial void LogNoNames(Exception exception);
}
