using TraceDashboard.Components.Pages.Traces;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Components.Pages.Traces;

public sealed class TraceListTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void New_traces_come_in_at_the_top_while_nobody_looks_at_a_row()
    {
        var list = Loaded(3, 2, 1);

        Assert.True(list.Apply(["t4"], [Trace(4)], hold: false));

        Assert.Equal(["t4", "t3", "t2", "t1"], Ids(list));
        Assert.Equal(0, list.PendingCount);
    }

    [Fact]
    public void While_rows_are_held_new_traces_wait_and_changed_ones_change_in_place()
    {
        var list = Loaded(3, 2, 1);

        Assert.True(list.Apply(["t4", "t2"], [Trace(4), Trace(2, version: 2, name: "renamed")], hold: true));

        Assert.Equal(["t3", "t2", "t1"], Ids(list));
        Assert.Equal("renamed", list.Items.ElementAt(1).Name);
        Assert.Equal(1, list.PendingCount);

        list.Release();
        Assert.Equal(["t4", "t3", "t2", "t1"], Ids(list));
    }

    [Fact]
    public void When_the_range_moves_on_rows_that_started_before_it_go_as_soon_as_nobody_looks_at_one()
    {
        var list = Loaded(3, 2, 1);

        Assert.True(list.Leave(list.Items.ElementAt(1).StartTime, hold: true));
        Assert.Equal(["t3", "t2", "t1"], Ids(list));
        Assert.True(list.HasLeft("t1"));

        Assert.True(list.Leave(list.Items.First().StartTime, hold: false));
        Assert.Equal(["t3"], Ids(list));
        Assert.False(list.Leave(list.Items.First().StartTime, hold: false));
        Assert.False(list.Leave(null, hold: false));
    }

    [Fact]
    public void A_trace_that_waits_is_counted_once_however_often_it_changes()
    {
        var list = Loaded(1);

        list.Apply(["t2"], [Trace(2)], hold: true);
        list.Apply(["t2"], [Trace(2, version: 2, name: "newer")], hold: true);
        Assert.Equal(1, list.PendingCount);

        list.Release();
        Assert.Equal("newer", list.Items.First().Name);
    }

    [Fact]
    public void A_row_that_no_longer_matches_stays_while_it_is_held_and_then_goes()
    {
        var list = Loaded(3, 2, 1);

        Assert.True(list.Apply(["t2"], [], hold: true));
        Assert.Equal(["t3", "t2", "t1"], Ids(list));
        Assert.True(list.HasLeft("t2"));

        list.Release();
        Assert.Equal(["t3", "t1"], Ids(list));
        Assert.False(list.HasLeft("t2"));
    }

    [Fact]
    public void A_row_that_matches_again_stays()
    {
        var list = Loaded(2, 1);
        list.Apply(["t2"], [], hold: true);

        list.Apply(["t2"], [Trace(2, version: 3)], hold: false);

        Assert.Equal(["t2", "t1"], Ids(list));
    }

    [Fact]
    public void An_older_version_changes_nothing()
    {
        var list = Loaded(Trace(1, version: 5, name: "current"));

        Assert.False(list.Apply(["t1"], [Trace(1, version: 4, name: "old")], hold: false));
        Assert.Equal("current", list.Items.Single().Name);
    }

    [Fact]
    public void Scores_come_in_though_the_version_stays()
    {
        var list = Loaded(Trace(1));
        var average = new ScoreAverage("helpful", ScoreDataType.Numeric, 1, 0.5, null, 0);

        Assert.False(list.HasScores);
        Assert.True(list.Apply(["t1"], [Trace(1) with { Scores = [average] }], hold: true));
        Assert.False(list.Apply(["t1"], [Trace(1) with { Scores = [average with { Count = 1 }] }], hold: true));
        Assert.True(list.HasScores);
        Assert.True(list.Apply(["t1"], [Trace(1)], hold: true));
        Assert.False(list.HasScores);
    }

    [Fact]
    public void A_late_trace_comes_in_at_its_time()
    {
        var list = Loaded(5, 3, 1);

        list.Apply(["t4"], [Trace(4)], hold: false);

        Assert.Equal(["t5", "t4", "t3", "t1"], Ids(list));
    }

    [Fact]
    public void A_trace_beyond_the_loaded_pages_is_left_to_them_and_not_asked_for_again()
    {
        var list = new TraceList();
        list.Reset(new TracePage([Trace(9), Trace(8)], "next"));

        Assert.False(list.Apply(["t3"], [Trace(3)], hold: false));
        Assert.False(list.Concerns("t3"));

        list.Append(new TracePage([Trace(7), Trace(3)], null));
        Assert.True(list.Concerns("t3"));
        Assert.Equal(["t9", "t8", "t7", "t3"], Ids(list));
    }

    [Fact]
    public void No_more_traces_beyond_the_loaded_pages_are_remembered_than_fit()
    {
        var list = new TraceList();
        list.Reset(new TracePage([Trace(9)], "next"));

        for (var n = 1; n <= 3 * TraceList.MaxBeyond; n++)
            list.Apply([$"t-{n}"], [Trace(-n)], hold: false);

        Assert.InRange(Enumerable.Range(1, 3 * TraceList.MaxBeyond).Count(n => !list.Concerns($"t-{n}")), 1, TraceList.MaxBeyond);
        Assert.False(list.Concerns($"t-{3 * TraceList.MaxBeyond}"));
        Assert.Equal(["t9"], Ids(list));
    }

    [Fact]
    public void A_page_does_not_repeat_rows_that_came_by_themselves()
    {
        var list = new TraceList();
        list.Reset(new TracePage([Trace(9), Trace(8)], "next"));

        list.Append(new TracePage([Trace(8), Trace(7)], null));

        Assert.Equal(["t9", "t8", "t7"], Ids(list));
        Assert.False(list.HasMore);
    }

    [Fact]
    public void A_list_that_is_left_open_lets_its_end_go_and_can_load_it_again()
    {
        var list = Loaded([.. Enumerable.Range(0, 100).Select(n => 100 - n)]);

        for (var n = 101; n <= 600; n++)
            list.Apply([$"t{n}"], [Trace(n)], hold: false);

        Assert.Equal(200, list.Items.Count);
        Assert.Equal("t600", Ids(list).First());
        Assert.Equal("t401", list.Last!.TraceId);
        Assert.True(list.HasMore);
        Assert.Null(list.NextCursor);
    }

    [Fact]
    public void More_new_traces_than_are_kept_are_said_to_be_more()
    {
        var list = Loaded(1);
        var news = Enumerable.Range(2, TraceList.MaxPending + 5).Select(n => Trace(n)).ToList();

        list.Apply([.. news.Select(n => n.TraceId)], news, hold: true);

        Assert.Equal(TraceList.MaxPending, list.PendingCount);
        Assert.True(list.PendingOverflow);
    }

    [Fact]
    public void Bars_keep_their_scale_while_rows_come_in_by_themselves()
    {
        var list = Loaded(3, 2, 1);
        var scale = list.LatencyScale;

        list.Apply(["t4"], [Trace(4) with { Duration = TimeSpan.FromHours(1) }], hold: false);

        Assert.Equal(TimeSpan.FromSeconds(1), scale);
        Assert.Equal(scale, list.LatencyScale);
    }

    private static IEnumerable<string> Ids(TraceList list) => list.Items.Select(i => i.TraceId);

    private static TraceList Loaded(params int[] minutes) => Loaded([.. minutes.Select(m => Trace(m))]);

    private static TraceList Loaded(params TraceListItem[] items)
    {
        var list = new TraceList();
        list.Reset(new TracePage(items, null));
        return list;
    }

    private static TraceListItem Trace(int minute, long version = 1, string? name = null) => new()
    {
        TraceId = $"t{minute}",
        Name = name ?? "trace",
        StartTime = Start.AddMinutes(minute),
        OrderTime = Start.AddMinutes(minute),
        Duration = TimeSpan.FromSeconds(1),
        Status = SpanStatus.Ok,
        Activity = TraceActivity.Finished,
        Environment = "default",
        Version = version,
    };
}
