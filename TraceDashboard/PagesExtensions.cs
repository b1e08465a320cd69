using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using MudBlazor;
using MudBlazor.Services;
using TraceDashboard.Components;
using TraceDashboard.Components.Charts;
using TraceDashboard.Components.Pages.Overview;
using TraceDashboard.Components.Pages.Trace;
using TraceDashboard.Components.Pages.Traces;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Traces;

namespace TraceDashboard;

/// <summary>The pages, as the composition root sees them.</summary>
public static partial class PagesExtensions
{
    /// <summary>Pages have no forms of their own, but whatever is sent to them as one is read to look for its token.</summary>
    private const long LargestForm = 64 << 10;

    /// <summary>A browser takes a connection for lost that is silent for three times as long (<c>connection.js</c>).</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    public static WebApplicationBuilder AddPages(this WebApplicationBuilder builder)
    {
        // Without it a build that is not published serves package assets in Development only.
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(static options => options.KeepAliveInterval = SignOfLife);
        builder.Services.AddMudServices(config =>
        {
            config.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            config.SnackbarConfiguration.VisibleStateDuration = 4_000;
        });
        builder.Services.AddScoped<CurrentProject>();
        builder.Services.AddScoped<PagePace>();
        builder.Services.AddScoped<CircuitHandler, ConnectionWatch>();
        builder.Services.AddSingleton<TraceListQueries>();
        builder.Services.AddSingleton<SharedOverviews>();
        builder.Services.AddSingleton<SharedTraces>();
        builder.Services.AddScoped<KeylessCalls>();
        builder.Services.AddSingleton<PageMetrics>();
        builder.Services.AddSingleton<SeriesColors>();
        builder.Services.AddOptionsSection<TraceTreeOptions>(TraceTreeOptions.Section);
        builder.Services.AddSingleton<TraceTreeCache>();
        builder.Services.AddSingleton<FirstViews>();
        return builder;
    }

    public static WebApplication MapPages(this WebApplication app)
    {
        // Until there are accounts. On the machine of a developer nobody else is there; the pages say it too.
        if (!app.Environment.IsDevelopment())
            app.Lifetime.ApplicationStarted.Register(() => LogPagesAreOpen(app.Logger));
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use(static (context, next) =>
        {
            // Only what asks for a page is told with one that there is none; programs get the bare status.
            if (context.Features.Get<IStatusCodePagesFeature>() is { } statusPages)
                statusPages.Enabled = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
            return next(context);
        });
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(static options => options.ContentSecurityFrameAncestorsPolicy = null).AllowAnonymous()
            .WithMetadata(new RequestSizeLimitAttribute(LargestForm));
        return app;
    }

    [LoggerMessage(1, LogLevel.Warning, "The pages are open: there is no sign-in yet, so whoever reaches this address can read and delete traces and make keys. " +
        "Let it be reached through a proxy alone that asks who they are.", EventName = "PagesAreOpen")]
    private static partial void LogPagesAreOpen(ILogger logger);
}
