using Microsoft.AspNetCore.Components;
using TraceDashboard.Core.Live;

namespace TraceDashboard.Components.Shared;

/// <summary>
/// A component that follows the changes of a project. Signals come at most four times a second; while one is being
/// answered, and while the browser hides the page, later ones are merged, so that a slow query or a slow browser gets fewer, never a queue
/// of them.
/// </summary>
public abstract partial class LiveComponent : ComponentBase, IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly Departure _disposal = new();
    private ChangeSubscription? _subscription;

    [Inject]
    private LiveFeed Feed { get; set; } = null!;

    [Inject]
    private PageMetrics Metrics { get; set; } = null!;

    [Inject]
    private PagePace Pace { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private ILoggerFactory Loggers { get; set; } = null!;

    /// <summary>Cancelled when the component goes.</summary>
    protected CancellationToken Gone => _disposal.Token;

    /// <summary>Why the last signal could not be answered; null when all is well. What is shown then is old, and is tried again.</summary>
    protected Exception? LiveError { get; private set; }

    /// <summary>Begins to follow. To be called before the first query, so that no change falls between the two.</summary>
    protected void Follow(int projectId)
    {
        // While a page is prerendered nobody is there to follow.
        if (_subscription is not null || !RendererInfo.IsInteractive || Gone.IsCancellationRequested)
            return;
        _subscription = Feed.Subscribe(projectId);
        _ = RunAsync(_subscription);
    }

    /// <summary>Queries what changed, if it is shown. Runs on the component's own context.</summary>
    /// <returns>Whether there is something to render.</returns>
    protected abstract Task<bool> OnChangesAsync(ChangeSet changes, CancellationToken cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _disposal.CancelAsync();
        _subscription?.Dispose();
        await DisposeCoreAsync();
        _disposal.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>For what the component itself holds; <see cref="Gone"/> is already cancelled.</summary>
    protected virtual ValueTask DisposeCoreAsync() => ValueTask.CompletedTask;

    private async Task RunAsync(ChangeSubscription subscription)
    {
        var gone = Gone;
        try
        {
            while (true)
            {
                await Pace.WhenShownAsync(gone);
                var changes = await subscription.WaitAsync(gone);
                await Pace.WhenShownAsync(gone);
                await InvokeAsync(() => AnswerAsync(changes));
                while (LiveError is not null)
                {
                    // Which of the traces was missed is not worth keeping: all may have been.
                    await Task.Delay(RetryAfter, Clock, gone);
                    await InvokeAsync(() => AnswerAsync(changes with { Everything = true }));
                }
            }
        }
        catch (Exception) when (gone.IsCancellationRequested)
        {
            // The reader has left.
        }
    }

    /// <summary>Queries and renders, as for a signal of the feed; on the component's own context.</summary>
    protected async Task AnswerAsync(ChangeSet changes)
    {
        var gone = Gone;
        bool render;
        try
        {
            render = await OnChangesAsync(changes, gone) || LiveError is not null;
            LiveError = null;
        }
        catch (Exception e) when (!gone.IsCancellationRequested)
        {
            LogFailed(Loggers.CreateLogger(GetType()), e);
            render = LiveError is null;
            LiveError = e;
        }

        if (!render)
            return;
        StateHasChanged();
        Metrics.CountLiveRender(GetType().Name);
    }

    [LoggerMessage(1, LogLevel.Warning, "A live update of a page failed; it is tried again.", EventName = "LiveUpdateFailed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
