using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Hosting;

internal static class HealthExtensions
{
    private const string Ready = "ready";

    public static void AddHealth(this IServiceCollection services) =>
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store", tags: [Ready]);

    /// <summary>
    /// <c>/health/live</c> answers as long as the process does; <c>/health/ready</c> is 503, and says why, while the store cannot be
    /// read or written. Both are open: load balancers have no keys.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(string.Join(' ', report.Entries.Values.Select(e => e.Description).Prepend(report.Status.ToString()).OfType<string>()), context.RequestAborted);
    }
}

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
