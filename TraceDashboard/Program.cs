using TraceDashboard.Core.Access;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Ingestion.Lifecycle;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Core.Langfuse;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Prices;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Upkeep;
using TraceDashboard.Demo;
using TraceDashboard.Hosting;

namespace TraceDashboard;

public static class Program
{
    public static Task<int> Main(string[] args) =>
        Verbs.TryRun(args, Console.Out, Console.Error) ?? Build(args).RunToExitCodeAsync(Console.Error);

    /// <summary>The whole app, not started.</summary>
    /// <param name="args">Settings as <c>--key=value</c>.</param>
    /// <param name="configure">Last changes to services and configuration, for tests.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(Program).Assembly.GetName().Name,
            ContentRootPath = File.Exists("appsettings.json") ? null : AppContext.BaseDirectory,
        });
        builder.AddListeners();
        builder.Services.AddProxies();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddLive();
        builder.Services.AddTraceStorage(builder.Configuration);
        builder.Services.AddAccess();
        builder.Services.AddMedia();
        builder.Services.AddDeletion();
        builder.Services.AddIngestion();
        builder.Services.AddConventions();
        builder.Services.AddOtlpGrpc();
        builder.Services.AddLifecycle();
        builder.Services.AddSearch();
        builder.Services.AddAnalytics();
        builder.Services.AddPrices();
        builder.Services.AddLangfuse();
        builder.Services.AddUpkeep();
        builder.Services.AddHealth();
        builder.AddTelemetry();
        builder.AddDemo(args);
        builder.Services.AddProblemDetails();
        builder.Services.AddApiReference();
        builder.AddPages();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseBrowserGuard();
        app.UseProxies();
        app.UseExceptionHandler();
        app.UseRouting();
        app.UseOtlpListenerGuard();
        app.UseCircuitsOfOwnOrigin();
        app.UseCors();
        app.UseRefusals();
        app.UseTargetCheck();
        app.UseAuthentication();
        app.UseAuthorization();

        app.MapHealth();
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
        app.MapPages();
        app.MapOtlpHttp();
        app.MapOtlpGrpc();
        app.MapLangfuse();
        app.MapLifecycle();
        app.MapTraces();
        app.MapDeletion();
        app.MapApiKeys();
        app.MapPrices();
        app.MapProjectSettings();
        app.MapApiReference();
        return app;
    }
}
