namespace TraceDashboard.Core.Configuration;

/// <summary>
/// What has to be in order before the app starts, or the start is refused. Such steps run one by one before the host and its services, in the
/// order in which they were registered.
/// </summary>
public interface IStartStep
{
    /// <exception cref="StartException">The app cannot start.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);
}
