using TraceDashboard.Core.Ingestion.Gateway;

namespace TraceDashboard.Tests.Core.Ingestion.Gateway;

public sealed class GatewayIdsTests
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
        Assert.Equal(valid, GatewayIds.TryParseTraceparent(header, out var traceId, out var spanId));
        if (valid)
            Assert.Equal((TraceId, SpanId), (traceId, spanId));
    }

    [Fact]
    public void Only_ids_of_W3C_have_a_traceparent()
    {
        Assert.Equal($"00-{TraceId}-{SpanId}-01", GatewayIds.Traceparent(TraceId, SpanId));
        Assert.Null(GatewayIds.Traceparent("order-7", SpanId));
        Assert.Null(GatewayIds.Traceparent(TraceId, "step 1"));
    }

    [Fact]
    public void Derived_ids_are_those_of_W3C_and_differ_by_what_they_follow_from()
    {
        Assert.NotNull(GatewayIds.Traceparent(GatewayIds.NewTraceId(), GatewayIds.RootSpanId("any id")));
        Assert.NotNull(GatewayIds.Traceparent(GatewayIds.TraceIdOf(1, "key"), GatewayIds.ChildSpanId("t", 1, 0)));
        Assert.NotEqual(GatewayIds.TraceIdOf(1, "key"), GatewayIds.TraceIdOf(2, "key"));
        Assert.NotEqual(GatewayIds.RootSpanId("a"), GatewayIds.RootSpanId("b"));
        Assert.NotEqual(GatewayIds.ChildSpanId("t", 1, 0), GatewayIds.ChildSpanId("t", 1, 1));
    }
}
