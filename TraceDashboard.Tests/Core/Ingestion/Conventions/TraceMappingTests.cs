using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_announcement_of_a_span_is_the_span_while_it_runs_and_leaves_nothing_once_it_has_ended(bool announcedLast)
    {
        const string Attributes = "\"gen_ai.operation.name\":\"chat\",\"logfire.msg\":\"asking\"";
        JsonNode ended = OtlpBodies.Span(1, $$"""{{{Attributes}},"logfire.span_type":"span"}""");
        JsonNode announced = OtlpBodies.Span(2, $$"""{{{Attributes}},"logfire.span_type":"pending_span","logfire.pending_parent_id":"0000000000000000"}""");
        announced["parentSpanId"] = "0000000000000001";

        var spans = OtlpDecoding.OfProtobuf(announcedLast ? OtlpBodies.Request(ended, announced) : OtlpBodies.Request(announced, ended)).Spans;

        Assert.Equal(["0000000000000001", "0000000000000001"], spans.Select(s => s.SpanId));
        SpanMerge.Join(spans[0], spans[1]);
        var alone = OtlpDecoding.OfProtobuf(OtlpBodies.Request(ended.DeepClone())).Spans[0];
        Assert.Equal(OtlpDecoding.Show(alone).ToJsonString(), OtlpDecoding.Show(spans[0]).ToJsonString());
    }
}
