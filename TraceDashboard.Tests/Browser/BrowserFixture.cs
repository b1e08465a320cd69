using Microsoft.Playwright;
using TraceDashboard.Tests.Browser;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace TraceDashboard.Tests.Browser;

/// <summary>One Chromium for all browser tests, started by the first that needs it.</summary>
public sealed class BrowserFixture : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task<IBrowser> GetAsync()
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_browser is null)
            {
                _playwright = await Playwright.CreateAsync();
                Assertions.SetDefaultExpectTimeout(30_000); // two cores with other tests beside it
                _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = FindChromium(), Args = ["--no-sandbox"] });
            }

            return _browser;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        _gate.Dispose();
    }

    private static string FindChromium()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(_ => folders, (name, folder) => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"The browser tests need Chromium, and none of {string.Join(", ", Names)} is on the PATH. On Debian or Ubuntu: apt-get install chromium.");
    }
}
