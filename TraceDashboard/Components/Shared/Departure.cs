namespace TraceDashboard.Components.Shared;

/// <summary>
/// The end of a component. Unlike that of other sources its token is still there after it was disposed of: a component that is left while
/// it loads goes on until its next question, and has to be told then.
/// </summary>
public sealed class Departure : CancellationTokenSource
{
    public Departure() => Token = base.Token;

    public new CancellationToken Token { get; }
}
