using System.Net.Http.Json;
using Microsoft.Playwright;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Text;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

/// <summary>Whatever a sender writes into whichever field is text on every page: it runs, loads and turns nothing.</summary>
public sealed class HostileTextTests(BrowserFixture browser) : IAsyncLifetime
{
    // No page shows them, nor the identity of a score. One that begins to makes its line here go.
    private static readonly string[] s_notShown =
    [
        "Score.ConfigId", "Score.Environment", "Score.Id", "Score.SessionId",
        "SpanUpdate.ResponseId", "SpanUpdate.ToolCallId", "ToolCallPart.Id",
        "TraceUpdate.AppVersion", "TraceUpdate.ExternalId", "TraceUpdate.Input", "TraceUpdate.Output", "TraceUpdate.OutputPreview",
        "TraceUpdate.Metadata", "TraceUpdate.Metadata.key", "TraceUpdate.Metadata.list", "TraceUpdate.Metadata.value", "TraceUpdate.Release",
        "TraceUpdate.SharedMetadata", "TraceUpdate.SharedMetadata.key", "TraceUpdate.SharedMetadata.list", "TraceUpdate.SharedMetadata.value", "TraceUpdate.Tags",
    ];

    /// <summary>
    /// What a page holds that it should not: elements that a text became, and texts of which a direction reaches beyond their end.
    /// Blocks of text of their own end what is turned in them.
    /// </summary>
    private const string Look =
        """
        () => {
          const leaks = text => {
            let open = 0;
            for (const c of text) {
              if ('\u2066\u2067\u2068'.includes(c))
                open++;
              else if (c === '\u2069' ? open-- === 0 : open === 0 ? '\u202A\u202B\u202D\u202E'.includes(c) : '\n\u2029'.includes(c))
                return true;
            }
            return open > 0;
          };
          const found = [...document.querySelectorAll('[onerror], img[src*="foreign"], script:not([src]), .apexcharts-canvas [seriesName]:not([seriesName^="series-"])')].map(e => `element: ${e.outerHTML}`);
          const texts = [['title', document.title]];
          for (const element of document.querySelectorAll('body *')) {
            for (const name of ['title', 'aria-label', 'placeholder', 'alt'])
              if (element.hasAttribute(name))
                texts.push([`${element.tagName} ${name}`, element.getAttribute(name)]);
            for (const node of element.childNodes)
              if (node.nodeType === Node.TEXT_NODE && !element.closest('script, style'))
                texts.push([element.closest('.text, pre, textarea, output.result') ? '' : `${element.tagName}.${element.className}`, node.nodeValue]);
          }
          found.push(...texts.filter(([where, text]) => where && leaks(text)).map(([where, text]) => `leaks: ${where}: ${JSON.stringify(text)}`));
          return [found, texts.flatMap(([, text]) => text.match(/[A-Z][A-Za-z]+(\.[A-Za-z]+)+(?=[\u2069\u202E])/g) ?? [])];
        }
        """;

    private const string Points =
        """
        () => [...document.querySelectorAll('a, button, summary, dt, dd, td, th, li, [title], [role=cell], .bar, .mud-list-item')]
          .map(e => e.getBoundingClientRect()).map(r => [r.left + r.width / 2, r.top + r.height / 2])
          .filter(([x, y], i, all) => x > 0 && y > 0 && x < innerWidth && y < innerHeight && (i === 0 || all[i - 1].some((v, j) => Math.abs(v - [x, y][j]) > 4)))
        """;

    private readonly HostileTraces _hostile = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync();
        var (spans, traces, scores) = _hostile.Make(TimeProvider.System.GetUnixNanos());
        var result = await _app.Get<IngestionPipeline>().WriteAsync(new IngestBatch(SampleTraces.Project, spans, traces) { Scores = scores }, Cancel);
        Assert.Empty(result.Rejected);
        Assert.Empty(result.RejectedTraces);
        Assert.Empty(result.RejectedScores);
        await _app.Get<ApiKeyManager>().CreateAsync(SampleTraces.Project, _hostile.Text("Key.Name"), ApiKeyScopes.Read, null, Cancel);
        using var price = await _app.Client.PostAsJsonAsync(
            "/api/model-prices", new { model = _hostile.Text("Price.Model"), provider = _hostile.Text("Price.Provider"), prices = new { input = 1 } }, Cancel);
        price.EnsureSuccessStatusCode();
        await _app.Get<RollupRefresher>().RefreshAsync(Cancel);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Nothing_of_it_runs_or_loads_or_turns_anything_wherever_it_is_opened_or_pointed_at()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/privacy");
        var popups = 0;
        reader.Page.Context.Page += (_, _) => Interlocked.Increment(ref popups);

        await OverviewAsync(reader);
        await TracesAsync(reader);
        await TraceAsync(reader);
        await ModelsAsync(reader);
        await KeysAsync(reader);

        Assert.Empty(_found);
        Assert.Contains("404", Assert.Single(reader.Errors), StringComparison.Ordinal); // of the trace that is not there
        Assert.Equal(0, popups);
        Assert.All(reader.Requests.Select(r => new Uri(r)).Where(r => r.Scheme != "data"), r => Assert.Equal(_app.Address.Authority, r.Authority));
        var unseen = _hostile.Fields.Except(s_notShown).Except(_seen).Order(StringComparer.Ordinal).ToList();
        Assert.True(unseen.Count == 0, $"No page showed {string.Join(' ', unseen)}");
    }

    private async Task OverviewAsync(BrowserPage reader)
    {
        await reader.GoToAsync("/overview?env=" + Uri.EscapeDataString(_hostile.Text("TraceUpdate.Environment")));
        await LookAsync(reader);
        await reader.GoToAsync("/overview");
        await Expect(reader.Page.Locator(".stat", new() { HasText = "Cost" })).ToContainTextAsync("$0.5000");
        var bars = reader.Page.Locator(".cost .apexcharts-bar-area[val='0.25']");
        await Expect(bars).ToHaveCountAsync(2);
        for (var i = 0; i < 2; i++)
        {
            await bars.Nth(i).HoverAsync();
            await Expect(reader.Page.Locator(".cost .tip")).ToContainTextAsync("SpanUpdate.ResponseModel");
            await LookAsync(reader);
        }

        foreach (var chart in (string[])["Cost by model", "Traces and errors", "Latency"])
        {
            await reader.Page.GetByRole(AriaRole.Button, new() { Name = $"{chart} as a table" }).ClickAsync();
            await reader.Page.GetByRole(AriaRole.Region, new() { Name = $"{chart}, table" }).WaitForAsync();
        }

        await LookAsync(reader);
    }

    private async Task TracesAsync(BrowserPage reader)
    {
        await reader.GoToAsync("/traces");
        await Expect(reader.Page.Locator("[data-trace]")).ToHaveCountAsync(2);
        await LookAsync(reader);
        var menu = reader.Page.Locator(".mud-popover-open");
        foreach (var name in (string[])["Model", "User", "Score"])
        {
            await reader.Page.GetByRole(AriaRole.Combobox, new() { Name = name }).ClickAsync();
            await menu.Locator(".facet").First.WaitForAsync();
            await LookAsync(reader);
            await reader.Page.Keyboard.PressAsync("Escape");
            await Expect(menu).ToHaveCountAsync(0);
        }

        foreach (var row in await reader.Page.Locator("[data-menu]").AllAsync())
        {
            await row.ClickAsync();
            await reader.Page.Locator("#trace-menu:popover-open").WaitForAsync();
            await LookAsync(reader);
            await reader.Page.Keyboard.PressAsync("Escape");
        }

        (string Name, string Field)[] conditions = [("name", "Name"), ("session", "SessionId"), ("env", "Environment"), ("user", "UserId"), ("q", "Name")];
        await reader.GoToAsync("/traces?" + string.Join('&', conditions.Select(c => $"{c.Name}={Uri.EscapeDataString(_hostile.Text($"TraceUpdate.{c.Field}"))}")));
        await Expect(reader.Page.Locator(".condition")).ToHaveCountAsync(3);
        await LookAsync(reader);
    }

    private async Task TraceAsync(BrowserPage reader)
    {
        var address = Address(HostileTraces.Done);
        await reader.GoToAsync(address);
        await Expect(reader.Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(7);
        await LookAsync(reader);
        await AskAsync(reader, reader.Page.GetByRole(AriaRole.Button, new() { Name = "Score", Exact = true }));
        await AskAsync(reader, reader.Page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }));
        foreach (var span in (string[])["root", "tool", "call 1"])
            await SpanAsync(reader, $"{address}?span={Uri.EscapeDataString(HostileTraces.Id(span))}");
        await SpanAsync(reader, $"{Address(HostileTraces.Running)}?span={Uri.EscapeDataString(HostileTraces.Id("open"))}");

        await reader.GoToAsync($"{address}?span={Uri.EscapeDataString(HostileTraces.Id("missing"))}");
        await reader.Page.GetByText("This trace has no span").WaitForAsync();
        await LookAsync(reader);
        await reader.GoToAsync(Address(HostileTraces.Id("missing")));
        await reader.Page.GetByText("There is no such trace").WaitForAsync();
        await LookAsync(reader);
    }

    private async Task SpanAsync(BrowserPage reader, string address)
    {
        await reader.GoToAsync(address);
        var panel = reader.Page.Locator("[data-panel]");
        var tabs = panel.Locator(".tabs a");
        await tabs.First.WaitForAsync();
        await LookAsync(reader);
        await ClickAllAsync(panel.GetByRole(AriaRole.Button, new() { Name = "Show", Exact = true }));
        await ClickAllAsync(panel.Locator(".more"));
        await LookAsync(reader);
        foreach (var remote in await panel.GetByText($"Open from {HostileTraces.Foreign}").AllAsync())
            await AskAsync(reader, remote);

        foreach (var tab in (await tabs.AllAsync()).Skip(1))
        {
            await tab.ClickAsync();
            await Expect(tab).ToHaveAttributeAsync("aria-current", "page");
            await LookAsync(reader);
            foreach (var change in await panel.Locator(".acts button").AllAsync())
                await AskAsync(reader, change);
        }
    }

    private async Task ModelsAsync(BrowserPage reader)
    {
        await reader.GoToAsync("/settings/models");
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(4);
        foreach (var history in await reader.Page.Locator("summary").AllAsync())
            await history.ClickAsync();
        await reader.Page.GetByLabel("Model of the call").FillAsync(_hostile.Text("Price.Model"));
        await reader.Page.GetByLabel("Provider of the call").FillAsync(_hostile.Text("Price.Provider"));
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await reader.Page.GetByText("Matched by").WaitForAsync();
        await LookAsync(reader);
        foreach (var name in (string[])["Set price", "Change the price of", "End the price of"])
            await AskAsync(reader, reader.Page.GetByRole(AriaRole.Button, new() { Name = name }).First);
    }

    private async Task KeysAsync(BrowserPage reader)
    {
        await reader.GoToAsync("/settings/keys");
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(1);
        await LookAsync(reader);
        await AskAsync(reader, reader.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke" }));
    }

    private static string Address(string traceId) => "/traces/" + Uri.EscapeDataString(traceId);

    /// <summary>Opens a question, and answers it with no.</summary>
    private async Task AskAsync(BrowserPage reader, ILocator button)
    {
        await button.ClickAsync();
        var dialog = reader.Page.GetByRole(AriaRole.Dialog);
        await dialog.WaitForAsync();
        await LookAsync(reader);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
    }

    /// <summary>Buttons that go when they are clicked.</summary>
    private static async Task ClickAllAsync(ILocator buttons)
    {
        for (var left = await buttons.CountAsync(); left > 0; left--)
        {
            await buttons.First.ClickAsync();
            await Expect(buttons).ToHaveCountAsync(left - 1);
        }
    }

    /// <summary>Points at everything that is in sight, and notes what is there.</summary>
    private async Task LookAsync(BrowserPage reader)
    {
        foreach (var point in await reader.Page.EvaluateAsync<float[][]>(Points))
            await reader.Page.Mouse.MoveAsync(point[0], point[1]);
        var looked = await reader.Page.EvaluateAsync<string[][]>(Look);
        _found.UnionWith(looked[0]);
        _seen.UnionWith(looked[1]);
    }
}
