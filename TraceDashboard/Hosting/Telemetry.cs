using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Ingestion;

namespace TraceDashboard.Hosting;

/// <summary>What the app tells of itself: metrics for <c>/metrics</c>, and traces where <see cref="SelfTracingOptions"/> say.</summary>
internal static class Telemetry
{
    private const string ServiceName = "trace-dashboard";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsSection<SelfTracingOptions>(SelfTracingOptions.Section, Check);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService(ServiceName))
            .WithMetrics(static metrics => metrics
                .AddMeter(IngestionMetrics.MeterName, PageMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
        if (!Uri.TryCreate(builder.Configuration[$"{SelfTracingOptions.Section}:{nameof(SelfTracingOptions.Endpoint)}"], UriKind.Absolute, out var endpoint))
            return;
        var key = builder.Configuration[$"{SelfTracingOptions.Section}:{nameof(SelfTracingOptions.ApiKey)}"];
        telemetry.WithTracing(tracing => tracing
            .AddAspNetCoreInstrumentation(static options => options.Filter = IsTraced)
            .AddOtlpExporter(options =>
            {
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
                options.Endpoint = new Uri(endpoint, endpoint.AbsolutePath.TrimEnd('/') + "/v1/traces");
                if (!string.IsNullOrEmpty(key))
                    options.Headers = "Authorization=" + Uri.EscapeDataString("Bearer " + key);
            }));
    }

    /// <summary>Reading only: were ingestion traced, each export would bring the next.</summary>
    private static bool IsTraced(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/_blazor") && !context.Request.Path.StartsWithSegments("/health") &&
        !context.Request.Path.StartsWithSegments("/metrics") && !Path.HasExtension(context.Request.Path.Value);

    private static IEnumerable<string> Check(SelfTracingOptions options)
    {
        if (options.Endpoint is { } endpoint && !(endpoint.IsAbsoluteUri && endpoint.Scheme is "http" or "https"))
            yield return $"{SelfTracingOptions.Section}:{nameof(SelfTracingOptions.Endpoint)} must be an address such as http://localhost:4318.";
    }
}
