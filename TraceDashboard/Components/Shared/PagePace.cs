namespace TraceDashboard.Components.Shared;

/// <summary>
/// When the pages of a reader look again at what changes without a signal: all readers at the same moments, so that those who ask the same
/// are answered once, and only while the browser shows the page and can be reached.
/// </summary>
public sealed class PagePace(TimeProvider time)
{
    private volatile TaskCompletionSource _shown = Shown();
    private bool _isHidden;
    private bool _isLost;

    /// <summary>Told by the browser.</summary>
    public void SetHidden(bool hidden)
    {
        _isHidden = hidden;
        Set();
    }

    /// <summary>Told by the circuit: what is sent meanwhile does not arrive, but for what is rendered.</summary>
    public void SetLost(bool lost)
    {
        _isLost = lost;
        Set();
    }

    /// <summary>Waits for the next whole multiple of a length of time, and as long as nobody sees the page.</summary>
    /// <returns>The moment, which is the same for all who wait for it: the tick of what they ask then.</returns>
    public async Task<long> NextAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        var next = Now(length) + length.Ticks;
        while (next - time.GetUtcNow().Ticks is > 0 and var left) // timers may be early
            await Task.Delay(TimeSpan.FromTicks(left), time, cancellationToken);
        await WhenShownAsync(cancellationToken);
        return Now(length);
    }

    /// <summary>The latest such moment.</summary>
    public long Now(TimeSpan length) => time.GetUtcNow().Ticks / length.Ticks * length.Ticks;

    /// <summary>Waits as long as the page is hidden, or the connection to it lost.</summary>
    public Task WhenShownAsync(CancellationToken cancellationToken) => _shown.Task.WaitAsync(cancellationToken);

    private void Set()
    {
        var isShown = !_isHidden && !_isLost;
        if (!isShown && _shown.Task.IsCompleted)
            _shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        else if (isShown)
            _shown.TrySetResult();
    }

    private static TaskCompletionSource Shown()
    {
        var shown = new TaskCompletionSource();
        shown.SetResult();
        return shown;
    }
}
