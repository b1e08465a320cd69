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

    private sealed record State
    {
        public bool Skeleton { get; init; }

        public double? Top { get; init; }

        public string? Panel { get; init; }

        public bool Still { get; init; }
    }
}
