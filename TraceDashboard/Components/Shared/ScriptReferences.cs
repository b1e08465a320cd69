using Microsoft.JSInterop;

namespace TraceDashboard.Components.Shared;

/// <summary>References to scripts that a component holds.</summary>
internal static class ScriptReferences
{
    /// <summary>Whether a call to a script failed because the browser or the component has gone.</summary>
    public static bool IsGone(Exception e) => e is JSDisconnectedException or OperationCanceledException or ObjectDisposedException;

    /// <summary>Has a script undo what it did on the page (<c>dispose</c>), and gives the references to it and to its module back.</summary>
    /// <param name="handle">What the module made for the component; null when it made nothing.</param>
    /// <param name="module">Null when it was not imported, or is still needed.</param>
    public static async ValueTask ReleaseAsync(IJSObjectReference? handle, IJSObjectReference? module = null)
    {
        if (handle is not null)
        {
            await TryAsync(() => handle.InvokeVoidAsync("dispose"));
            await TryAsync(handle.DisposeAsync);
        }

        if (module is not null)
            await TryAsync(module.DisposeAsync);
    }

    private static async ValueTask TryAsync(Func<ValueTask> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (IsGone(e))
        {
            // The browser has gone and everything with it, or it is so slow that the call was given up. Nobody waits for either.
        }
    }
}
