using TraceDashboard.Components.Pages.Trace;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Components.Pages.Trace;

public sealed class FirstViewsTests
{
    [Fact]
    public void A_view_is_given_once_and_to_its_key_only()
    {
        using var views = new FirstViews();
        var (one, other) = (View("a"), View("b"));
        var (keyOfOne, keyOfOther) = (views.Keep(one), views.Keep(other));

        Assert.Same(other, views.Take(keyOfOther));
        Assert.Same(one, views.Take(keyOfOne));
        Assert.Null(views.Take(keyOfOne));
        Assert.Null(views.Take("unknown"));
        Assert.Null(views.Take(null));
    }

    [Fact]
    public void No_more_than_the_limit_are_held_however_many_pages_are_asked_for()
    {
        using var views = new FirstViews();
        var keys = Enumerable.Range(0, FirstViews.Most * 3).Select(i => views.Keep(View($"t{i}"))).ToList();

        Assert.InRange(keys.Count(k => views.Take(k) is not null), 1, FirstViews.Most);
    }

    private static FirstView View(string traceId) => new(
        new TraceDetails
        {
            ProjectId = 1,
            TraceNo = 1,
            TraceId = traceId,
            StartTime = DateTimeOffset.UnixEpoch,
            LastActivity = DateTimeOffset.UnixEpoch,
            Status = SpanStatus.Ok,
            Activity = TraceActivity.Finished,
            Environment = "default",
            Version = 1,
        },
        [],
        null);
}
