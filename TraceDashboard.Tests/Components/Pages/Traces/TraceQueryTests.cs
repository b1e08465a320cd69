using TraceDashboard.Components.Pages.Traces;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Search;

namespace TraceDashboard.Tests.Components.Pages.Traces;

public sealed class TraceQueryTests
{
    [Fact]
    public void Every_condition_is_in_the_URL()
    {
        var query = new TraceQuery { Text = "late & lost", Status = TraceStatusFilter.Error, Model = "a/b", User = "u 1", Session = "s", Name = "n", Environment = "e", Score = new() { Name = "helpful", Operator = "<", Number = 0.5 } };

        Assert.Equal(
            "traces?range=6h&q=late%20%26%20lost&status=error&model=a%2Fb&user=u%201&session=s&name=n&env=e&score=helpful%3A%3C0.5",
            query.ToUrl(new TimeRange { Last = TimeSpan.FromHours(6) }));
        Assert.Equal("traces", new TraceQuery().ToUrl(TimeRange.Default));
    }

    [Fact]
    public void Links_of_a_row_replace_its_condition_and_keep_the_others()
    {
        var links = RowLinks.For(new TraceQuery { Model = "old", User = "u_1" }, TimeRange.Default);

        Assert.Equal("traces?user=u_1&model=", links.Model);
        Assert.Equal("traces?model=old&user=", links.User);
        Assert.Equal("traces?model=old&user=u_1&status=", links.Status);
        Assert.Equal("traces?model=old&user=u_1&score=", links.Score);
    }

    [Theory]
    [InlineData(TraceStatusFilter.Ok)]
    [InlineData(TraceStatusFilter.Error)]
    [InlineData(TraceStatusFilter.Running)]
    [InlineData(TraceStatusFilter.Abandoned)]
    public void Statuses_survive_the_URL(TraceStatusFilter status) =>
        Assert.Equal(status, TraceQuery.ParseStatus(TraceQuery.StatusText(status)));

    [Fact]
    public void A_filter_has_the_ends_of_the_range()
    {
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 30, TimeSpan.Zero);
        var filter = new TraceQuery { User = "u_1" }.ToFilter(TimeRange.Default, now);

        Assert.Equal(new TraceFilter { From = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero), UserId = "u_1" }, filter);
    }
}
