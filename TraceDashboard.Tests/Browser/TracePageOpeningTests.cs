using System.Net;
using Microsoft.Playwright;

namespace TraceDashboard.Tests.Browser;

/// <summary>From the response to a request for a trace's page to the interactive page that takes its place.</summary>
[Collection(TracePageCollection.Name)]
public sealed class TracePageOpeningTests(BrowserFixture browser, TracePageFixture fixture)
{
    // What is seen after each change of the page, from when it is whole.
    private const string Watch =
        """
        window.states = [];
        new MutationObserver(() => {
          const rows = document.querySelectorAll('[role=treeitem]'), row = document.querySelector('.r.sel') ?? rows[0], shell = document.querySelector('.shell');
          if (document.readyState === 'loading' || !shell || getComputedStyle(shell).display !== 'grid')
            return;
          window.states.push({
            skeleton: document.querySelector('.skeleton, .panel-side .bone') !== null,
            top: row?.getBoundingClientRect().top ?? null,
            panel: document.querySelector('[data-panel] h2')?.textContent ?? null,
            still: document.querySelector('.wf.still') !== null });
        }).observe(document, { childList: true, subtree: true, attributes: true });
        """;

    [Theory]
    [InlineData("/traces/long", "data-id=\"s39\"")]
    [InlineData("/traces/long?span=s6003", "call 6003</h2>")]
    public async Task The_response_shows_the_rows_in_view_and_the_span_of_the_address(string path, string shown)
    {
        var html = await fixture.App.Client.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains(shown, html, StringComparison.Ordinal);
        Assert.Equal(40, html.Split("role=\"treeitem\"").Length - 1);
        Assert.DoesNotContain("class=\"skeleton\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/traces/long")]
    [InlineData("/traces/long?span=s6003")]
    public async Task The_interactive_page_takes_the_place_of_the_response_without_a_skeleton_and_moves_no_row(string path)
    {
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, "/traces");
        await reader.Page.AddInitScriptAsync(Watch);
        await reader.GoToAsync(path);
        await reader.Page.Locator(".wf[data-ready] [data-count=\"120\"]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

        var states = await reader.Page.EvaluateAsync<State[]>("() => window.states");
        Assert.True(states[0].Still);
        Assert.False(states[^1].Still);
        Assert.All(states, s => Assert.False(s.Skeleton));
        Assert.All(states, s => Assert.InRange(s.Top ?? 0, states[^1].Top!.Value - 2, states[^1].Top!.Value + 2));
        Assert.Single(states.Select(s => s.Panel).Distinct());
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task The_first_span_is_open_where_there_is_room_for_it_until_the_reader_closes_it()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, "/traces/done");
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        var panel = reader.Page.Locator("[data-panel]");
        await Assertions.Expect(panel.Locator("h2")).ToHaveTextAsync("invoke_agent refund-agent");
        await Assertions.Expect(reader.Page.Locator("[data-id=root]")).ToHaveAttributeAsync("aria-selected", "true");
        Assert.EndsWith("/traces/done", reader.Page.Url, StringComparison.Ordinal);

        await reader.Page.SetViewportSizeAsync(375, 900);
        await Assertions.Expect(panel).ToBeHiddenAsync();
        await reader.Page.Locator("[data-id=root] .nm").ClickAsync();
        await Assertions.Expect(panel).ToBeVisibleAsync();

        await reader.Page.SetViewportSizeAsync(1440, 900);
        await reader.Page.GoBackAsync();
        await reader.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(panel).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_trace_that_is_not_there_is_a_404_that_says_so()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/traces/nowhere", UriKind.Relative));
        request.Headers.Accept.ParseAdd("text/html");
        using var response = await fixture.App.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("There is no such trace", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private sealed record State
    {
        public bool Skeleton { get; init; }

        public double? Top { get; init; }

        public string? Panel { get; init; }

        public bool Still { get; init; }
    }
}
