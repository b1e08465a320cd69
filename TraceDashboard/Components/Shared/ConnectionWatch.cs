using Microsoft.AspNetCore.Components.Server.Circuits;

namespace TraceDashboard.Components.Shared;

/// <summary>Tells the pages of a reader that their connection is lost, and that it is back.</summary>
internal sealed class ConnectionWatch(PagePace pace) : CircuitHandler
{
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        pace.SetLost(true);
        return Task.CompletedTask;
    }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        pace.SetLost(false);
        return Task.CompletedTask;
    }
}
