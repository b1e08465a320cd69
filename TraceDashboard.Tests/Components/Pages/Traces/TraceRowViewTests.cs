using Bunit;
using TraceDashboard.Components.Pages.Traces;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Components.Pages.Traces;

public sealed class TraceRowViewTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly TraceListItem Item = new()
    {
        TraceId = "a/b",
        Name = "support.chat",
        InputPreview = "<b>hello</b>",
        StartTime = Now.AddSeconds(-12),
        OrderTime = Now.AddSeconds(-12),
        Duration = TimeSpan.FromSeconds(3.8),
        Status = SpanStatus.Ok,
        Activity = TraceActivity.Finished,
        Model = "gpt-4o",
        ModelCount = 3,
        TokensIn = 2_000,
        TokensOut = 118,
        Cost = 0.0027m,
        Environment = "default",
        Version = 1,
    };

    private readonly BunitContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Each_cell_says_its_value()
    {
        var row = Render(Item);

        Assert.Equal("12 s", Text(row, ".time"));
        Assert.Equal("Ok", Text(row, ".status"));
        Assert.Equal("3.80 s", Text(row, ".latency"));
        Assert.Equal("2 118", Text(row, ".tokens"));
        Assert.Equal("$0.0027", Text(row, ".cost"));
        Assert.Equal("+2", Text(row, ".model .dimmer"));
        Assert.Equal("traces/a%2Fb", row.Find("[data-row]").GetAttribute("href"));
        Assert.Equal("<b>hello</b>", row.Find(".sub").TextContent);
    }

    [Fact]
    public void A_start_far_ahead_is_shown_as_it_was_sent_and_marked()
    {
        var row = Render(Item with { StartTime = Now.AddYears(1) });

        Assert.StartsWith("Nov 2027", Text(row, ".time").Replace('\u202f', ' ').Replace('\u00a0', ' '), StringComparison.Ordinal);
        Assert.Contains("more than a day after it came", row.Find(".time").GetAttribute("title"), StringComparison.Ordinal);
        Assert.Equal("dated ahead of when it came", row.Find(".time .ahead").GetAttribute("aria-label"));
    }

    [Fact]
    public void What_is_not_known_is_a_dash()
    {
        var row = Render(Item with { Model = null, TokensIn = null, TokensOut = null, Cost = null, UnpricedCalls = 2, UserId = null, Duration = null, Activity = TraceActivity.Abandoned });

        foreach (var cell in new[] { ".model", ".tokens", ".cost", ".user", ".latency", ".ttft" })
            Assert.Equal("—", Text(row, cell));
        Assert.Equal("Abandoned", Text(row, ".status"));
        Assert.Equal("The prices of 2 model calls are not known", row.Find(".cost").GetAttribute("title"));
    }

    [Fact]
    public void A_cost_that_misses_calls_is_a_lower_bound() =>
        Assert.Equal("≥ $0.0027", Text(Render(Item with { UnpricedCalls = 1 }), ".cost"));

    [Fact]
    public void A_running_trace_shows_how_long_it_has_run()
    {
        var row = Render(Item with { Duration = null, Activity = TraceActivity.Running });

        Assert.Equal("Running", Text(row, ".status"));
        Assert.Equal("12.0 s", Text(row, ".latency"));
    }

    [Theory]
    [InlineData(1.9, 50)]
    [InlineData(3.8, 100)]
    [InlineData(60, 100)]
    [InlineData(0.001, 1)]
    public void The_bar_shows_the_share_of_the_scale(double seconds, int width)
    {
        var row = Render(Item with { Duration = TimeSpan.FromSeconds(seconds) });

        Assert.Equal($"width:{width}%", row.Find(".latency i").GetAttribute("style"));
    }

    [Fact]
    public void Scores_are_said_with_what_they_come_to_and_lead_to_traces_like_it()
    {
        var item = Item with
        {
            Scores =
            [
                new("faithful", ScoreDataType.Numeric, 3, 0.7333, null, 0), new("helpful", ScoreDataType.Boolean, 2, 1, null, 0),
                new("mood", ScoreDataType.Categorical, 3, null, "so so", 2),
            ],
        };

        Assert.Empty(Render(item).FindAll(".scores"));
        var row = Render(item, showScores: true);
        Assert.Equal(["faithful 0.733", "helpful True"], row.FindAll(".scores a").Select(a => a.TextContent));
        Assert.Equal(["traces?score=faithful%3A%3C%3D0.7333", "traces?score=helpful%3Atrue"], row.FindAll(".scores a").Select(a => a.GetAttribute("href")));
        Assert.Equal("+1", Text(row, ".scores .dimmer"));
        Assert.Equal("mood so so 67 %, of 3 scores", row.Find(".scores .dimmer").GetAttribute("title")!.Replace(Format.Space, ' '));
    }

    private IRenderedComponent<TraceRowView> Render(TraceListItem item, bool showScores = false) => _context.Render<TraceRowView>(p => p
        .Add(r => r.Item, item)
        .Add(r => r.ShowScores, showScores)
        .Add(r => r.Now, Now)
        .Add(r => r.Zone, TimeZoneInfo.Utc)
        .Add(r => r.Scale, TimeSpan.FromSeconds(3.8))
        .Add(r => r.Links, RowLinks.For(new TraceQuery(), TimeRange.Default)));

    private static string Text(IRenderedComponent<TraceRowView> row, string selector) =>
        row.Find(selector).TextContent.Replace(Format.Thin, ' ').Replace(Format.Space, ' ').Trim();
}
