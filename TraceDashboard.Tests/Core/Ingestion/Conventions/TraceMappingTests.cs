using System.Text.Json.Nodes;
using TraceDashboard.Tests.Core.Ingestion.Otlp;

namespace TraceDashboard.Tests.Core.Ingestion.Conventions;

/// <summary>What several spans together say of their trace.</summary>
public sealed class TraceMappingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_child_says_of_the_trace_counts_more_than_the_name_of_a_root_that_ends_later(bool rootFirst)
    {
        JsonNode root = OtlpBodies.Span(1, """{"langfuse.observation.input":"root's","session.id":"s1"}""");
        var child = OtlpBodies.Span(2, """{"langfuse.trace.name":"checkout","langfuse.trace.input":"asked"}""");
        child["parentSpanId"] = "0000000000000001";
        child["endTimeUnixNano"] = "1764000000500000000";

        var decoded = OtlpDecoding.OfJson(rootFirst ? OtlpBodies.Request(root, child) : OtlpBodies.Request(child, root));

        var trace = Assert.Single(decoded.Traces);
        Assert.Equal(("checkout", "asked", "s1"), (trace.Name, trace.InputPreview, trace.SessionId));
    }
}
