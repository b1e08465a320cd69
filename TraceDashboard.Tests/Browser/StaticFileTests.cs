using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

public sealed partial class StaticFileTests
{
    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Every_file_that_the_pages_link_is_there(string environment)
    {
        await using var app = await TestApp.StartAsync(new() { Environment = environment });
        var cancellationToken = TestContext.Current.CancellationToken;
        var html = await app.Client.GetStringAsync("/traces", cancellationToken);
        var files = Linked().Matches(html).Select(m => System.Net.WebUtility.HtmlDecode(m.Groups[1].Value)).ToHashSet();
        foreach (var sheet in files.Where(f => f.EndsWith(".css", StringComparison.Ordinal)).ToList())
        {
            var css = await app.Client.GetStringAsync(sheet, cancellationToken);
            files.UnionWith(CssUrl().Matches(css).Select(m => new Uri(new Uri(app.Address, sheet), m.Groups[1].Value).AbsolutePath));
        }

        // Loaded by scripts, so no page links them.
        files.UnionWith(["lib/apexcharts/apexcharts.esm.js", "Components/Layout/MainLayout.razor.js"]);

        Assert.Contains(files, f => f.EndsWith(".woff2", StringComparison.Ordinal));
        foreach (var file in files)
        {
            using var response = await app.Client.GetAsync(file, cancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{file}: {(int)response.StatusCode}");
            Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }

        Assert.DoesNotContain(app.Log.Entries, e => e.Level >= LogLevel.Error);
    }

    [GeneratedRegex("""<(?:link|script)[^>]+(?:href|src)="([^"]+)""")]
    private static partial Regex Linked();

    [GeneratedRegex("""url\(["']?([^"')]+\.(?:woff2?|css|svg|png))""")]
    private static partial Regex CssUrl();
}
