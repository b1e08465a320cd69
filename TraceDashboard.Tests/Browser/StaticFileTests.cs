using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

/// <summary>Every file of the web root, however the app is started.</summary>
public sealed partial class StaticFileTests(PublishedApp published)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Every_file_is_there_when_the_app_is_run(string environment)
    {
        await using var app = await TestApp.StartAsync(new() { Environment = environment });

        await AssertFilesAsync(app.Client);

        Assert.DoesNotContain(app.Log.Entries, e => e.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Every_file_is_there_when_the_app_is_published()
    {
        var folder = await published.GetFolderAsync();
        string[] settings = ["--environment=Production", $"--ConnectionStrings:Sqlite=Data Source={Path.Combine(folder, "data", "traces.db")}"];
        await using var app = await AppProcess.StartAsync(settings, Cancel, folder);

        await AssertFilesAsync(app.Client);
    }

    /// <summary>What the pages link, in all its fingerprinted names, and each file of the web root and each module under its own name.</summary>
    private static async Task AssertFilesAsync(HttpClient client)
    {
        var html = await client.GetStringAsync("/traces", Cancel);
        var linked = Linked().Matches(html).Select(m => System.Net.WebUtility.HtmlDecode(m.Groups[1].Value)).ToHashSet();
        foreach (var sheet in linked.Where(f => f.EndsWith(".css", StringComparison.Ordinal)).ToList())
        {
            var css = await client.GetStringAsync(sheet, Cancel);
            linked.UnionWith(CssUrl().Matches(css).Select(m => new Uri(new Uri(client.BaseAddress!, sheet), m.Groups[1].Value).AbsolutePath));
        }

        Assert.Contains(linked, f => f.EndsWith(".woff2", StringComparison.Ordinal));
        foreach (var file in linked)
            Assert.NotEmpty(await GetAsync(client, file));

        var own = Files(Path.Combine(SourceTree.Root, "wwwroot"), "*").Concat(Files(Path.Combine(SourceTree.Root, "TraceDashboard"), "*.razor.js")).ToList();
        Assert.Contains(own, f => f.Path == "lib/apexcharts/apexcharts.esm.js");
        Assert.Contains(own, f => f.Path == "Components/Layout/MainLayout.razor.js");
        foreach (var (path, file) in own)
            Assert.Equal(await File.ReadAllBytesAsync(file, Cancel), await GetAsync(client, path));
    }

    private static async Task<byte[]> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode}");
        return await response.Content.ReadAsByteArrayAsync(Cancel);
    }

    private static IEnumerable<(string Path, string File)> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
            .Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), file));

    [GeneratedRegex("""<(?:link|script)[^>]+(?:href|src)="([^"]+)""")]
    private static partial Regex Linked();

    [GeneratedRegex("""url\(["']?([^"')]+\.(?:woff2?|css|svg|png))""")]
    private static partial Regex CssUrl();
}
