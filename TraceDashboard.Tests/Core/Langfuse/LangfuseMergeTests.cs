using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Langfuse;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Merge;

namespace TraceDashboard.Tests.Core.Langfuse;

public sealed class LangfuseMergeTests
{
    private static readonly LangfuseMapper s_mapper = new(1, new IngestionOptions());

    [Fact]
    public void Any_order_split_and_repetition_of_events_ends_in_the_same_state()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var random = new Random(seed);
            var events = Enumerable.Range(0, 2 + (seed % 5)).Select(_ => RandomEvent(random)).ToArray();
            var shuffled = events.Concat(events).ToArray();
            random.Shuffle(shuffled);
            var half = random.Next(events.Length + 1);

            var expected = State(events);
            Assert.Equal(expected, State(shuffled));
            Assert.Equal(expected, State([.. events[half..], .. events[..half]]));
        }
    }

    [Fact]
    public void A_later_event_wins_an_absent_field_stays_and_a_null_clears()
    {
        var span = Spans(
            Event("generation-create", 1, """{"id":"o","traceId":"t","name":"a","model":"gpt-4o","statusMessage":"boom","level":"ERROR","input":"question","completionStartTime":"2026-01-01T00:00:01.5Z"}"""),
            Event("generation-update", 3, """{"id":"o","traceId":"t","name":null,"statusMessage":null,"input":null,"output":"answer"}"""),
            Event("generation-update", 2, """{"id":"o","traceId":"t","name":"b","level":"DEFAULT","output":"","completionStartTime":null}"""));

        Assert.Null(span.Name);
        Assert.Equal("gpt-4o", span.RequestModel);
        Assert.Equal("boom", span.StatusMessage);
        Assert.Equal(SpanStatus.Unset, span.Status);
        Assert.Equal("question", Encoding.UTF8.GetString(span.Input!));
        Assert.Equal("answer", Encoding.UTF8.GetString(span.Output!));
        Assert.Null(span.FirstTokenTime);
        Assert.Equal(SpanKind.Generation, span.Kind);
        Assert.Equal(Time(1), span.StartTime);
    }

    [Fact]
    public void Of_the_same_time_an_update_wins_over_a_create()
    {
        var create = Event("span-create", 1, """{"id":"o","traceId":"t","name":"create"}""");
        var update = Event("span-update", 1, """{"id":"o","traceId":"t","name":"also an update"}""");
        Assert.Equal("also an update", Spans(create, update).Name);
        Assert.Equal("also an update", Spans(update, create).Name);
    }

    [Fact]
    public void An_update_tells_the_kind_only_when_nothing_else_does()
    {
        Assert.Equal(SpanKind.Agent, Spans(
            Event("agent-create", 1, """{"id":"o","traceId":"t"}"""), Event("span-update", 2, """{"id":"o","traceId":"t"}""")).Kind);
        Assert.Equal(SpanKind.Generation, Spans(Event("generation-update", 2, """{"id":"o","traceId":"t"}""")).Kind);
    }

    [Fact]
    public void Trace_metadata_merges_deeply_and_tags_unite()
    {
        var trace = Traces(
            Event("trace-create", 1, """{"id":"t","metadata":{"a":{"x":1,"y":1},"b":1},"tags":["b","a"],"environment":"Prod","input":{"q":1},"public":true}"""),
            Event("trace-create", 2, """{"id":"t","metadata":{"a":{"y":2}},"tags":["c","a"],"environment":"langfuse-test","input":{},"output":"o"}"""),
            Event("trace-create", 3, """{"id":"t","metadata":{},"tags":null,"environment":null}"""));

        Assert.Equal("""{"a":{"x":1,"y":2},"b":1}""", Encoding.UTF8.GetString(trace.Metadata!));
        Assert.Equal(["a", "b", "c"], trace.Tags!);
        Assert.Equal("prod", trace.Environment);
        Assert.Equal("""{"q":1}""", Encoding.UTF8.GetString(trace.Input!));
        Assert.Equal("o", Encoding.UTF8.GetString(trace.Output!));
        Assert.False(trace.IsPublic);
        Assert.Equal(Time(1), trace.Timestamp);
    }

    [Fact]
    public void Metadata_that_is_no_object_is_wrapped_and_null_clears_it()
    {
        Assert.Equal("""{"metadata":[1]}""", Encoding.UTF8.GetString(Traces(Event("trace-create", 1, """{"id":"t","metadata":[1]}""")).Metadata!));
        Assert.Null(Traces(
            Event("trace-create", 1, """{"id":"t","metadata":{"a":1}}"""), Event("trace-create", 2, """{"id":"t","metadata":null}""")).Metadata);
        Assert.Equal("""{"langfuse.observation.metadata":{"a":1,"b":2},"langfuse.observation.model.parameters":{"temperature":0.5}}""", Encoding.UTF8.GetString(Spans(
            Event("generation-create", 1, """{"id":"o","traceId":"t","metadata":{"a":1},"modelParameters":{"temperature":0.5}}"""),
            Event("generation-update", 2, """{"id":"o","traceId":"t","metadata":{"b":2}}""")).Attributes!));
    }

    [Theory]
    [InlineData("Production", "production")]
    [InlineData("langfuse_langfuse-eval", "eval")]
    [InlineData("über", "default")]
    [InlineData("langfuse", "default")]
    [InlineData("", "default")]
    [InlineData("a234567890123456789012345678901234567890-more", "a234567890123456789012345678901234567890")]
    public void Environments_are_normalised(string given, string expected) => Assert.Equal(expected, LangfuseEnvironment.Normalise(given));

    private static string RandomEvent(Random random)
    {
        var isTrace = random.Next(3) == 0;
        string[] types = isTrace ? ["trace-create"] : ["span-create", "span-update", "generation-create", "generation-update", "event-create", "agent-create"];
        var body = new JsonObject { ["id"] = isTrace ? "t" : "o" };
        if (!isTrace)
            body["traceId"] = "t";
        (string Name, JsonNode?[] Values)[] fields = isTrace
            ? [("name", ["a", "b", null]), ("userId", ["u", null]), ("tags", [new JsonArray("x"), new JsonArray("y", "z"), null]), ("environment", ["prod", "test", null]),
                ("metadata", [new JsonObject { ["k"] = 1 }, new JsonObject { ["k"] = new JsonObject { ["l"] = 2 } }, new JsonArray(3), new JsonObject(), null]),
                ("timestamp", ["2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z", null]), ("input", ["i", "", null]), ("output", ["o", new JsonObject { ["p"] = 1 }]), ("public", [true, false, null])]
            : [("name", ["a", "b", null]), ("model", ["gpt-4o", "gpt-5", null]), ("level", ["ERROR", "DEFAULT", "WARNING", null]), ("statusMessage", ["m", null]),
                ("metadata", [new JsonObject { ["k"] = 1 }, new JsonObject { ["k"] = new JsonObject { ["l"] = 2 } }, "text", null]),
                ("startTime", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:02Z", null]), ("endTime", ["2026-01-01T00:00:09Z", null]), ("completionStartTime", ["2026-01-01T00:00:01Z", null]),
                ("usageDetails", [new JsonObject { ["input"] = 1 }, new JsonObject { ["input"] = 2, ["output"] = 3 }, new JsonObject(), null]), ("costDetails", [new JsonObject { ["total"] = 1 }, null]),
                ("input", ["i", "", null]), ("output", ["o", "p"]), ("parentObservationId", ["p", null]), ("environment", ["prod", "test", null]), ("version", ["1", null])];
        foreach (var (name, values) in fields)
        {
            if (random.Next(2) == 0)
                body[name] = values[random.Next(values.Length)]?.DeepClone();
        }

        return Event(types[random.Next(types.Length)], random.Next(4), body.ToJsonString());
    }

    private static string Event(string type, int second, string body) =>
        $$"""{"id":"e","timestamp":"2026-01-01T00:00:{{second:00}}.000Z","type":"{{type}}","body":{{body}} }""";

    private static long Time(int second) => UnixNanos.FromDateTimeOffset(new DateTimeOffset(2026, 1, 1, 0, 0, second, TimeSpan.Zero));

    private static SpanUpdate Spans(params string[] events) => MergeTests.JoinSpans([.. events.Select(e => Map(e).Span!)]);

    private static TraceUpdate Traces(params string[] events) => MergeTests.JoinTraces([.. events.Select(e => Map(e).Trace!)]);

    private static string State(string[] events)
    {
        var updates = events.Select(Map).ToList();
        var spans = updates.Select(u => u.Span).OfType<SpanUpdate>().ToList();
        var traces = updates.Select(u => u.Trace).OfType<TraceUpdate>().ToList();
        return (spans.Count == 0 ? "" : MergeTests.Describe(MergeTests.JoinSpans(spans))) + "\n---\n" + (traces.Count == 0 ? "" : MergeTests.Describe(MergeTests.JoinTraces(traces)));
    }

    private static (SpanUpdate? Span, TraceUpdate? Trace) Map(string json)
    {
        var errors = new List<string>();
        var e = LangfuseEvent.Read(JsonMembers.Read(JsonSlice.Parse(Encoding.UTF8.GetBytes(json))), errors);
        Assert.Empty(errors);
        if (e!.Entity == LangfuseEntity.Trace)
            return (null, s_mapper.MapTrace(e, errors));
        var mapped = s_mapper.MapObservation(e, Encoding.UTF8.GetBytes(json), errors);
        Assert.Empty(errors);
        return mapped!.Value;
    }
}
