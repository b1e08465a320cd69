using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Live;

namespace TraceDashboard.Tests.Core.Live;

public class LiveFeedTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LiveFeed _feed;

    public LiveFeedTests() => _feed = new LiveFeed(_time, Options.Create(new LiveOptions { MaxChangedTraces = 3 }));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_change_after_silence_is_told_at_once()
    {
        using var page = _feed.Subscribe(1);
        Publish("a");
        _time.Advance(TimeSpan.Zero);

        var changes = await page.WaitAsync(Cancel);

        Assert.Equal(["a"], changes.TraceIds);
        Assert.Equal(1, changes.Tick);
    }

    [Fact]
    public async Task A_page_gets_at_most_four_signals_a_second_and_loses_no_change()
    {
        using var page = _feed.Subscribe(1);
        var signals = new List<ChangeSet>();
        for (var i = 0; i < 1_000; i++)
        {
            Publish($"{i % 3}");
            _time.Advance(TimeSpan.FromMilliseconds(1));
            if (TryTake(page) is { } changes)
                signals.Add(changes);
        }

        Assert.InRange(signals.Count, 3, 5);
        Assert.All(signals.Skip(1), s => Assert.Equal(["0", "1", "2"], s.TraceIds.Order()));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_slow_page_finds_its_signals_merged()
    {
        using var page = _feed.Subscribe(1);
        foreach (var id in (string[])["a", "b"])
        {
            Publish(id);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var changes = await page.WaitAsync(Cancel);

        Assert.Equal(["a", "b"], changes.TraceIds.Order());
        Assert.Null(TryTake(page));
    }

    [Fact]
    public async Task Beyond_the_limit_everything_may_have_changed()
    {
        using var page = _feed.Subscribe(1);
        Publish("a", "b", "c", "d");
        _time.Advance(TimeSpan.Zero);

        var changes = await page.WaitAsync(Cancel);

        Assert.True(changes.Everything);
        Assert.True(changes.Contains("any"));
    }

    [Fact]
    public void A_page_hears_nothing_of_other_projects()
    {
        using var page = _feed.Subscribe(2);

        Publish("a");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(TryTake(page));
    }

    [Fact]
    public void All_pages_get_the_same_tick()
    {
        using var one = _feed.Subscribe(1);
        using var two = _feed.Subscribe(1);
        Publish("a");
        _time.Advance(TimeSpan.Zero);

        Assert.Equal(TryTake(one)!.Tick, TryTake(two)!.Tick);
    }

    [Theory]
    [InlineData(20, 4)]
    [InlineData(500, 42)]
    public void Many_pages_are_told_a_few_at_a_time_all_of_them_in_the_first_half_of_the_interval(int pages, int atOnce)
    {
        var open = Enumerable.Range(0, pages).Select(_ => _feed.Subscribe(1)).ToList();
        Publish("a");
        var told = new List<int>();
        for (var waited = TimeSpan.Zero; waited < TimeSpan.FromMilliseconds(125); waited += TimeSpan.FromMilliseconds(1))
        {
            _time.Advance(waited == TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1));
            if (open.Count(p => TryTake(p) is { Tick: 1 }) is > 0 and var count)
                told.Add(count);
        }

        Assert.Equal(pages, told.Sum());
        Assert.Equal(atOnce, told.Max());
        open.ForEach(p => p.Dispose());
    }

    [Fact]
    public void What_changes_while_pages_are_told_comes_with_the_next_tick()
    {
        var open = Enumerable.Range(0, 20).Select(_ => _feed.Subscribe(1)).ToList();
        Publish("a");
        _time.Advance(TimeSpan.Zero);
        Publish("b");
        for (var i = 0; i < 400; i++)
            _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.All(open, p => Assert.Equal(["a", "b"], TryTake(p)!.TraceIds.Order()));
        Assert.Equal(2, _feed.CurrentTick(1));
        open.ForEach(p => p.Dispose());
    }

    private void Publish(params string[] ids) => _feed.Publish([.. ids.Select(id => new TraceChanged(1, id))]);

    private static ChangeSet? TryTake(ChangeSubscription page)
    {
        var wait = page.WaitAsync(new CancellationToken(canceled: true));
        return wait.IsCompletedSuccessfully ? wait.Result : null;
    }
}
