using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Components.Shared;

namespace TraceDashboard.Tests.Components.Shared;

public sealed class PagePaceTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 3, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_readers_wait_for_the_same_moment_whenever_they_begin()
    {
        var first = new PagePace(_time).NextAsync(Length, Cancel);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        var second = new PagePace(_time).NextAsync(Length, Cancel);

        _time.Advance(TimeSpan.FromSeconds(0.4));
        Assert.False(first.IsCompleted || second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(new DateTimeOffset(2026, 11, 22, 12, 0, 5, TimeSpan.Zero).Ticks, await first);
        Assert.Equal(await first, await second);
    }

    [Fact]
    public async Task While_the_page_is_hidden_no_moment_comes()
    {
        var pace = new PagePace(_time);
        pace.SetHidden(true);
        var next = pace.NextAsync(Length, Cancel);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(next.IsCompleted);

        pace.SetHidden(false);

        Assert.Equal(pace.Now(Length), await next);
    }

    [Fact]
    public void A_hidden_page_that_is_connected_again_is_still_hidden()
    {
        var pace = new PagePace(_time);
        pace.SetLost(true);
        pace.SetHidden(true);
        var shown = pace.WhenShownAsync(Cancel);

        pace.SetLost(false);
        Assert.False(shown.IsCompleted);

        pace.SetHidden(false);
        Assert.True(pace.WhenShownAsync(Cancel).IsCompleted);
    }
}
