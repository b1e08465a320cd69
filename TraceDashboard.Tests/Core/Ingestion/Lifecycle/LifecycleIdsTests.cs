using TraceDashboard.Core.Ingestion.Lifecycle;


namespace TraceDashboard.Tests.Core.Ingestion.Lifecycle;

public sealed class LifecycleIdsTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string SpanId = "00f067aa0ba902b7";

    [Theory]
    [InlineData($"00-{TraceId}-{SpanId}-01", true)]
    [InlineData($"01-{TraceId}-{SpanId}-01-what-comes-later", true)]
    [InlineData($"00-{TraceId}-{SpanId}-01-more", false)]
    [InlineData($"ff-{TraceId}-{SpanId}-01", false)]
    [InlineData($"00-00000000000000000000000000000000-{SpanId}-01", false)]
    [InlineData($"00-{TraceId}-0000000000000000-01", false)]
    [InlineData($"00-4BF92F3577B34DA6A3CE929D0E0E4736-{SpanId}-01", false)]
    [InlineData("garbage", false)]
    [InlineData(null, false)]
    public void Reads_traceparent_as_W3C_says(string? header, bool valid)
    {
        Assert.Equal(valid, LifecycleIds.TryParseTraceparent(header, out var traceId, out var spanId));
        if (valid)
            Assert.Equal((TraceId, SpanId), (traceId, spanId));
    }

    [Fact]
    public void Only_ids_of_W3C_have_a_traceparent()
    {
        Assert.Equal($"00-{TraceId}-{SpanId}-01", LifecycleIds.Traceparent(TraceId, SpanId));
        Assert.Null(LifecycleIds.Traceparent("order-7", SpanId));
        Assert.Null(LifecycleIds.Traceparent(TraceId, "step 1"));
    }

    [Fact]
    public void Derived_ids_are_those_of_W3C_and_differ_by_what_they_follow_from()
    {
        Assert.NotNull(LifecycleIds.Traceparent(LifecycleIds.NewTraceId(), LifecycleIds.RootSpanId("any id")));
        Assert.NotNull(LifecycleIds.Traceparent(LifecycleIds.TraceIdOf(1, "key"), LifecycleIds.ChildSpanId("t", 1, 0)));
        Assert.NotEqual(LifecycleIds.TraceIdOf(1, "key"), LifecycleIds.TraceIdOf(2, "key"));
        Assert.NotEqual(LifecycleIds.RootSpanId("a"), LifecycleIds.RootSpanId("b"));
        Assert.NotEqual(LifecycleIds.ChildSpanId("t", 1, 0), LifecycleIds.ChildSpanId("t", 1, 1));
    }
}
