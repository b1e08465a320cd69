using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

/// <summary>A site of somebody else, with a page in Chromium, whose scripts call the app. It serves the JavaScript clients of the tests under <c>/clients</c>.</summary>
internal sealed class OtherOrigin : IAsyncDisposable
{
    private readonly WebApplication _site;

    private OtherOrigin(WebApplication site) => _site = site;

    public int Port => new Uri(_site.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    /// <summary>The origin of its pages. By the name of localhost it is another one.</summary>
    public string Origin => $"http://127.0.0.1:{Port}";

    /// <param name="page">What the site answers with at its root.</param>
    public static async Task<OtherOrigin> StartAsync(string page = "<!DOCTYPE html><title>Shop</title>")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var site = builder.Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.MapGet("/", () => Results.Content(page, "text/html"));
        site.MapGet("/clients/{**path}", (string path) => Results.File(Path.Combine(SourceTree.Root, "TraceDashboard.Tests", "Clients", "node_modules", path), "text/javascript"));
        await site.StartAsync(TestContext.Current.CancellationToken);
        return new OtherOrigin(site);
    }

    /// <summary>Opens its page.</summary>
    public async Task<IPage> OpenAsync(BrowserFixture fixture, string host = "127.0.0.1")
    {
        var browser = await fixture.GetAsync();
        var page = await browser.NewPageAsync();
        await page.GotoAsync($"http://{host}:{Port}/");
        return page;
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();
}
