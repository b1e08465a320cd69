using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

/// <summary>A reader: a tab of their own on a running app, with what went wrong in it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    private readonly IBrowserContext _context;
    private readonly Uri _address;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _uncaught = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private int _renders;

    private BrowserPage(IBrowserContext context, IPage page, Uri address)
    {
        _context = context;
        _address = address;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _errors.Enqueue(message.Text);
        };
        page.PageError += (_, error) =>
        {
            _errors.Enqueue(error);
            _uncaught.Enqueue(error);
        };
        page.Dialog += (_, dialog) =>
        {
            // None of the app's own: its questions are parts of the page.
            _errors.Enqueue($"{dialog.Type}: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        page.Request += (_, request) => _requests.Enqueue(request.Url);
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            if (frame.Binary.AsSpan().IndexOf("JS.RenderBatch"u8) >= 0)
                Interlocked.Increment(ref _renders);
        };
    }

    public IPage Page { get; }

    /// <summary>What scripts threw or wrote to the console as errors, what the page's policy forbade, and dialogs of scripts.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Those of <see cref="Errors"/> that nobody expected: without what the console says of a network that is away.</summary>
    public IReadOnlyCollection<string> Uncaught => _uncaught;

    /// <summary>Every address that the page asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>How often the circuit sent the page something to show, of whichever component.</summary>
    public int Renders => Volatile.Read(ref _renders);

    /// <param name="address">Where the app is reached; without it, at its own address.</param>
    public static async Task<BrowserPage> OpenAsync(BrowserFixture fixture, TestApp app, string path, int width = 1440, int height = 900, ColorScheme theme = ColorScheme.Light, Uri? address = null)
    {
        var browser = await fixture.GetAsync();
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = (address ?? app.Address).ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = theme,
            TimezoneId = "Europe/Berlin",
        });
        context.SetDefaultTimeout(60_000);
        var page = new BrowserPage(context, await context.NewPageAsync(), address ?? app.Address);
        await page.GoToAsync(path);
        return page;
    }

    /// <summary>Opens a page and waits until it answers clicks and keys.</summary>
    public async Task GoToAsync(string path)
    {
        await Page.GotoAsync(new Uri(_address, path).ToString());
        await WaitUntilInteractiveAsync();
    }

    /// <summary>From the next page on, what the circuit sends arrives late, as it does from a server that is far away.</summary>
    public Task DelayServerAsync(TimeSpan delay) => Page.AddInitScriptAsync(
        $$"""
        Object.defineProperty(WebSocket.prototype, 'onmessage', {
          set(listener) { this.addEventListener('message', event => setTimeout(() => listener.call(this, event), {{(int)delay.TotalMilliseconds}})); },
        });
        """);

    public Task WaitUntilInteractiveAsync() => Page.Locator("html[data-interactive]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>Fails with what axe found against WCAG 2.1 AA.</summary>
    public async Task AssertAccessibleAsync()
    {
        // Not with the driver that Deque has for Playwright: it opens a second page for each check, for frames of foreign
        // origin, which the app has none of, and that page takes longer than the check.
        await Page.EvaluateAsync(s_axe);
        var found = await Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] });
              return violations.flatMap(v => v.nodes.slice(0, 3).map(n => `${v.id}: ${v.help}: ${n.html} ${n.any.map(a => a.message).join('; ')}`));
            }
            """);
        Assert.Empty(found);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
