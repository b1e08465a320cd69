using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
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

    // OpenInference repeats what is meant of the trace on each of its spans; what only some say is theirs.
    [Theory]
    [InlineData("""{"app":"shop"}""", """{"app":"shop","step":1}""", """{"app":"shop","step":2}""", """{"app":"shop"}""")]
    [InlineData("""{"app":"shop"}""", """{"tenant":"acme"}""", """{"tenant":"acme"}""", """{"app":"shop"}""")]
    [InlineData(null, """{"step":1}""", null, null)]
    public void Metadata_of_a_child_is_not_that_of_the_trace(string? ofRoot, string? ofFirst, string? ofSecond, string? expected)
    {
        JsonNode[] spans = [Span(1, null, ofRoot), Span(2, 1, ofFirst), Span(3, 2, ofSecond)];

        Assert.Equal(expected, MetadataOf(spans));
        Assert.Equal(expected, MetadataOf([.. spans.Reverse()]));
    }

    // The server that they run in knows nothing of the dialect.
    [Fact]
    public void Metadata_on_which_all_spans_agree_is_that_of_the_trace()
    {
        var server = OtlpBodies.Span(1, """{"http.request.method":"POST"}""");
        JsonNode[] spans = [server, Span(2, 1, """{"tenant":"acme","step":1,"k":{"a":1}}"""), Span(3, 2, """{"step":2,"k":{"a":1},"tenant":"acme"}""")];

        Assert.Equal("""{"k":{"a":1},"tenant":"acme"}""", MetadataOf(spans));
        Assert.Equal("""{"k":{"a":1},"tenant":"acme"}""", MetadataOf([.. spans.Reverse()]));
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

    private static JsonObject Span(int number, int? parent, string? metadata)
    {
        var attributes = new JsonObject { ["openinference.span.kind"] = "CHAIN" };
        if (metadata is not null)
            attributes["metadata"] = metadata;
        var span = OtlpBodies.Span(number, attributes.ToJsonString());
        if (parent is not null)
            span["parentSpanId"] = parent.Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        return span;
    }

    private static string? MetadataOf(JsonNode[] spans)
    {
        var trace = Assert.Single(OtlpDecoding.OfJson(OtlpBodies.Request([.. spans.Select(s => s.DeepClone())])).Traces);
        var row = new TraceRow { TraceId = trace.TraceId, Environment = "" };
        TraceRowBuilder.Apply(row, trace, new TraceSummary());
        return row.Metadata;
    }
}
