using Microsoft.AspNetCore.Components;
using MudBlazor;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Components.Pages.Keys;

/// <summary>Asks what a key is for, makes it, and shows its secret: once, until the reader says that it is copied.</summary>
public sealed partial class CreateKeyDialog(ApiKeyManager manager, NavigationManager navigation, TimeProvider time, ILogger<CreateKeyDialog> logger) : IDisposable
{
    private const int OnDay = -1;

    private static readonly (int Days, string Label)[] Lifetimes = [(7, "in 7 days"), (30, "in 30 days"), (90, "in 90 days"), (365, "in a year")];

    private readonly Departure _gone = new();
    private string _name = "";
    private bool _ingest = true;
    private bool _read;
    private int _days;
    private DateOnly? _day;
    private bool _busy;
    private string? _error;
    private CreatedApiKey? _created;

    [Parameter, EditorRequired]
    public required int ProjectId { get; set; }

    [Parameter, EditorRequired]
    public required TimeZoneInfo Zone { get; set; }

    /// <summary>A key was made; the dialog is still open.</summary>
    [Parameter]
    public EventCallback Created { get; set; }

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    private DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), Zone).DateTime);

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private async Task CreateAsync()
    {
        if (_busy)
            return;
        var name = _name.Trim();
        var scopes = (_ingest ? ApiKeyScopes.Ingest : ApiKeyScopes.None) | (_read ? ApiKeyScopes.Read : ApiKeyScopes.None);
        var expiresAt = ExpiresAt();
        _error = name.Length == 0 ? "Say what the key is for."
            : scopes is ApiKeyScopes.None ? "Choose what it may do: ingest, read or both."
            : _days == OnDay && !(expiresAt > time.GetUtcNow()) ? "It must expire on a day to come."
            : null;
        if (_error is not null)
            return;

        _busy = true;
        try
        {
            _created = await manager.CreateAsync(ProjectId, name, scopes, expiresAt, _gone.Token);
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _error = "The key could not be made, because the store does not answer. Try again.";
            return;
        }
        finally
        {
            _busy = false;
        }

        // From here on a key pressed by mistake would lose the secret.
        await Dialog.SetOptionsAsync(Dialog.Options with { CloseOnEscapeKey = false });
        await Created.InvokeAsync();
    }

    // A day ends at midnight on the reader's clock.
    private DateTimeOffset? ExpiresAt()
    {
        if (_days > 0)
            return time.GetUtcNow().AddDays(_days);
        if (_days != OnDay || _day is not { } day)
            return null;
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, Zone.GetUtcOffset(midnight));
    }

    private IEnumerable<(string Title, string Text)> Uses(CreatedApiKey created)
    {
        var address = navigation.BaseUri;
        if ((created.Key.Scopes & ApiKeyScopes.Ingest) != 0)
        {
            yield return ("Settings of a program with OpenTelemetry", $"""
                export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={address}v1/traces
                export OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf
                export OTEL_EXPORTER_OTLP_TRACES_HEADERS=x-api-key={created.SecretKey}
                """);
            yield return ("Settings of Langfuse's SDKs", $"""
                export LANGFUSE_BASE_URL={address.TrimEnd('/')}
                export LANGFUSE_PUBLIC_KEY={created.Key.PublicKey}
                export LANGFUSE_SECRET_KEY={created.SecretKey}
                """);
        }

        if ((created.Key.Scopes & ApiKeyScopes.Read) != 0)
            yield return ("A call that reads", $"curl '{address}api/traces/search?limit=10' -H 'x-api-key: {created.SecretKey}'");
    }

    [LoggerMessage(1, LogLevel.Error, "An API key could not be made.", EventName = "KeyNotCreated")]
    private partial void LogFailed(Exception exception);
}
