using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

public sealed class ConnectionTests(BrowserFixture browser)
{
    [Fact]
    public async Task A_lost_connection_leaves_the_page_readable_and_comes_back_by_itself()
    {
        var folder = Directory.CreateTempSubdirectory("trace-dashboard-").FullName;
        try
        {
            var app = await TestApp.StartAsync(new() { Folder = folder });
            await SentTrace.SendAsync(app, new SentTrace { Name = "kept", User = "u_5" });
            await using var reader = await BrowserPage.OpenAsync(browser, app, "/traces?user=u_5");
            var row = reader.Page.Locator("[data-row-box]");
            await Expect(row).ToContainTextAsync("kept");

            await app.DisposeAsync();
            var bar = reader.Page.GetByText("Connection lost");
            await Expect(bar).ToBeVisibleAsync(new() { Timeout = 15_000 });
            Assert.True((await reader.Page.Locator("#components-reconnect-modal").BoundingBoxAsync())!.Height < 40);
            await Expect(row).ToBeVisibleAsync();

            var settings = new Dictionary<string, string?> { ["urls"] = app.Address.GetLeftPart(UriPartial.Authority) };
            await using var restarted = await TestApp.StartAsync(new() { Folder = folder, Settings = settings });
            await Expect(bar).ToBeHiddenAsync(new() { Timeout = 30_000 });
            await reader.WaitUntilInteractiveAsync();
            await Expect(row).ToContainTextAsync("kept", new() { Timeout = 15_000 });
            Assert.EndsWith("/traces?user=u_5", reader.Page.Url, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
