using Microsoft.Extensions.Diagnostics.HealthChecks;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Hosting;

internal sealed class StoreHealthCheck(StoreHealth health) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            return await health.FindFaultAsync(timeout.Token).WaitAsync(timeout.Token) is { } fault
                ? HealthCheckResult.Unhealthy(StoreErrors.Describe(fault), fault)
                : HealthCheckResult.Healthy();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The database did not answer within {Patience.TotalSeconds:0} s.");
        }
    }
}
