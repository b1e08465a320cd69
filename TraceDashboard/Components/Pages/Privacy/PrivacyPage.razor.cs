using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Upkeep;

namespace TraceDashboard.Components.Pages.Privacy;

/// <summary>What the project keeps: chosen, tried out and saved here.</summary>
public sealed partial class PrivacyPage(ProjectSettingsStore store, RetentionHistory history, CurrentProject current, IOptions<RetentionOptions> retention, TimeProvider time, ILogger<PrivacyPage> logger) : IDisposable
{
    // A message of the browser must stay well under 32 kB.
    private const int MaxTry = 8_000;

    private const int RunsShown = 8;

    private static readonly (CaptureMode Mode, string Title, string Text)[] Modes =
    [
        (CaptureMode.Full, "Everything", "inputs, outputs, messages, attributes and metadata, as they come."),
        (CaptureMode.Metadata, "No contents", "no inputs, outputs, messages, arguments and results. Attributes and metadata stay where they are numbers or short texts under names that no content has."),
        (CaptureMode.None, "Numbers only", "names, models, tokens, costs, times, errors, users, sessions and tags. No attributes, events or metadata at all."),
    ];

    private static readonly (string Name, string Title, string Example)[] BuiltIn =
    [
        ("apiKeys", "API keys", "sk-…, ghp_…, AKIA…, bearer tokens, private keys"),
        ("email", "E-mail addresses", "ada@example.com"),
        ("cardNumbers", "Card numbers", "13 to 19 digits with a valid check digit"),
        ("phoneNumbers", "Phone numbers", "+49 151 1234567, (555) 010-9999"),
    ];

    private readonly Departure _gone = new();
    private ProjectSettings _saved = ProjectSettings.Default;
    private PrivacyForm? _form;
    private Dictionary<string, string> _errors = [];
    private Exception? _error;
    private string? _problem;
    private bool _busy;
    private bool _justSaved;
    private string _tried = "";
    private RedactionTrial? _trial;
    private IReadOnlyList<RetentionRun> _runs = [];
    private DateTimeOffset _now;

    [CascadingParameter]
    private TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    private bool IsChanged { get; set; }

    private bool Shortens =>
        _form?.Read(out _) is { } chosen
        && (chosen.Retention.ContentDays < (_saved.Retention.ContentDays ?? int.MaxValue) || chosen.Retention.TraceDays < (_saved.Retention.TraceDays ?? int.MaxValue));

    private string State =>
        _problem is not null ? _problem
        : _errors.Count > 0 ? "Something is not right yet; see below."
        : IsChanged ? "Not saved yet."
        : _justSaved ? "Saved."
        : "";

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
            await LoadAsync();
    }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private async Task LoadAsync()
    {
        try
        {
            var project = await current.GetAsync(_gone.Token);
            _saved = await store.GetAsync(project.Id, _gone.Token);
            _runs = await history.ListAsync(project.Id, RunsShown, _gone.Token);
            _now = time.GetUtcNow();
            _error = null;
            Reset();
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The reader has left.
        }
        catch (Exception e)
        {
            LogFailed(e);
            _error = e;
        }
    }

    private void Reset()
    {
        _form = PrivacyForm.Of(_saved);
        (_errors, _problem, IsChanged, _justSaved) = ([], null, false, false);
        Try(_tried);
    }

    private async Task SaveAsync()
    {
        if (_busy || _form!.Read(out _errors) is not { } settings)
            return;
        _busy = true;
        try
        {
            var project = await current.GetAsync(_gone.Token);
            await store.SaveAsync(project.Id, settings, _gone.Token);
            _saved = settings;
            Reset();
            _justSaved = true;
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _problem = "The settings could not be saved, because the store does not answer. Try again.";
        }
        finally
        {
            _busy = false;
        }
    }

    private void Change(Action change)
    {
        change();
        (IsChanged, _justSaved, _problem) = (true, false, null);
        _ = _form!.Read(out _errors);
        Try(_tried);
    }

    private void Toggle(string rule) => Change(() =>
    {
        if (!_form!.BuiltIn.Remove(rule))
            _form.BuiltIn.Add(rule);
    });

    private void Try(string text)
    {
        _tried = text;
        _trial = text.Length == 0 || _form!.Read(out _) is not { } settings ? null : settings.Redaction.Try(text);
    }

    private string? Wrong(string field) => _errors.ContainsKey(field) ? "true" : null;

    [LoggerMessage(1, LogLevel.Error, "The settings of the project could not be read or saved.", EventName = "SettingsFailed")]
    private partial void LogFailed(Exception exception);
}
