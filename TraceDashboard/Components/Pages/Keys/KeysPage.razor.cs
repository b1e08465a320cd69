using Microsoft.AspNetCore.Components;
using MudBlazor;
using TraceDashboard.Components.Layout;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Components.Pages.Keys;

/// <summary>The project's key pairs: made, watched and revoked here.</summary>
public sealed partial class KeysPage(
    ApiKeyManager manager, SharedQueries shared, CurrentProject current, PagePace pace, IDialogService dialogs, KeylessCalls keyless, TimeProvider time, ILogger<KeysPage> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private static readonly IReadOnlyList<KeyHelp> PageKeys = [new(["j", "k"], "Next and previous key")];

    private readonly Departure _gone = new();
    private IReadOnlyList<ApiKey>? _keys;
    private DateTimeOffset _now;
    private Exception? _error;
    private string? _actionError;
    private bool _isOld;

    [CascadingParameter]
    private TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    protected override async Task OnInitializedAsync()
    {
        _now = time.GetUtcNow();
        if (RendererInfo.IsInteractive)
            await LoadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _ = FollowAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _gone.Dispose();
    }

    private async Task LoadAsync()
    {
        try
        {
            await ReadAsync(time.GetUtcNow().Ticks);
            _error = null;
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

    /// <summary>What can still be used stands first.</summary>
    /// <param name="moment">See <see cref="PagePace"/>. Of what is read after a change of one's own, the moment after it.</param>
    private async Task ReadAsync(long moment)
    {
        var project = await current.GetAsync(_gone.Token);
        var keys = await shared.GetAsync(("keys", project.Id), moment, () => manager.ListAsync(project.Id, CancellationToken.None), _gone.Token);
        _now = time.GetUtcNow();
        _keys = [.. keys.OrderBy(k => k.StateAt(_now))];
        _isOld = false;
    }

    private async Task CreateAsync()
    {
        var project = await current.GetAsync(_gone.Token);
        var dialog = await dialogs.ShowAsync<CreateKeyDialog>(
            "Create an API key",
            new DialogParameters<CreateKeyDialog> { { d => d.ProjectId, project.Id }, { d => d.Zone, Zone }, { d => d.Created, EventCallback.Factory.Create(this, LoadAsync) } },
            new DialogOptions { FullWidth = true, BackdropClick = false });
        await dialog.Result;
    }

    private async Task RevokeAsync(ApiKey key)
    {
        var dialog = await dialogs.ShowAsync<RevokeKeyDialog>(
            "Revoke this key?", new DialogParameters<RevokeKeyDialog> { { d => d.Key, key }, { d => d.Now, _now } });
        if (await dialog.Result is not { Canceled: false })
            return;
        try
        {
            var project = await current.GetAsync(_gone.Token);
            await manager.RevokeAsync(project.Id, key.PublicKey, _gone.Token);
            _actionError = null;
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _actionError = $"“{Bidi.Isolate(key.Name)}” could not be revoked, and is still accepted. Try again.";
            return;
        }

        await LoadAsync();
    }

    // Last uses come in, and keys end, without anybody doing something here.
    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                var moment = await pace.NextAsync(Pace, _gone.Token);
                if (_keys is null)
                    continue;
                try
                {
                    await ReadAsync(moment);
                }
                catch (Exception e) when (!_gone.IsCancellationRequested)
                {
                    LogFailed(e);
                    _isOld = true;
                }

                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
    }

    private static string Scopes(ApiKey key) => key.Scopes switch
    {
        ApiKeyScopes.Ingest => "ingest",
        ApiKeyScopes.Read => "read",
        _ => "ingest, read",
    };

    private static string SecretTitle(ApiKey key) => key.SecretEnd is { } end ? $"Its secret ends with {end}" : "Its secret is in the configuration";

    private string? StateTitle(ApiKey key) => key.RevokedAt is { } at ? $"Revoked {Format.Exact(at, Zone)}" : null;

    private string? EndsIn(ApiKey key) => key.StateAt(_now) is ApiKeyState.Active && key.ExpiresAt - _now is { } left && left < Soon ? Format.Duration(left) : null;

    private string? Exact(DateTimeOffset? at) => at is { } moment ? Format.Exact(moment, Zone) : null;

    [LoggerMessage(1, LogLevel.Error, "The API keys could not be read or changed.", EventName = "KeysFailed")]
    private partial void LogFailed(Exception exception);
}
