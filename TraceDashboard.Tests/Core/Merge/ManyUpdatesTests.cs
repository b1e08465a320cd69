using System.Globalization;
using System.Text;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Tests.Core.Merge;

/// <summary>What it costs to join many updates of one thing that came together.</summary>
public sealed class ManyUpdatesTests
{
    private const int Few = 4_000;

    public static TheoryData<string> Shapes => [.. s_objects.Keys];

    private static readonly Dictionary<string, Func<int, string>> s_objects = new()
    {
        ["one key after another"] = i => $$"""{"k{{i}}":{{i}} }""",
        ["the same key"] = i => $$"""{"k":{{i}} }""",
        ["keys of usage"] = i => $$"""{"langfuse.observation.usage_details":{"unit_{{i}}":1,"input":{{i}} } }""",
        ["nested keys"] = i => $$"""{"a":{"b":{"c":{"d{{i}}":{"e":{{i}} } } } } }""",
        ["keys with escapes"] = i => $$"""{"a/b~{{i}}":{"~":{{i}} } }""",
        ["values that hide others"] = i => i % 2 == 0 ? $$"""{"k{{i / 2}}":{"below":1} }""" : $$"""{"k{{i / 2}}":null}""",
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Twice_as_many_updates_with_attributes_or_metadata_cost_twice_as_much(string shape)
    {
        AssertLinear(i => Span(i, s => s.Attributes = Json(shape, i)));
        AssertLinear(i => Trace(i, t => t.Metadata = Json(shape, i)));
    }

    [Fact]
    public void Twice_as_many_updates_with_events_links_pieces_or_tags_cost_twice_as_much()
    {
        AssertLinear(i => Span(i, s => s.Events = Encoding.UTF8.GetBytes($$"""[{"timeUnixNano":"{{i}}","name":"e"}]""")));
        AssertLinear(i => Span(i, s => s.Links = Encoding.UTF8.GetBytes($$"""[{"traceId":"{{i}}"}]""")));
        AssertLinear(i => Span(i, s => s.Chunks = [new OutputChunk(i, "piece")]));
        AssertLinear(i => Trace(i, t => t.Tags = [i.ToString(CultureInfo.InvariantCulture)]));
    }

    [Fact]
    public void Many_values_below_a_long_key_cost_what_they_take()
    {
        var key = new string('k', 100_000);
        var (few, many) = (Cost(10), Cost(1_000));

        Assert.InRange(many, 0, few + (1_000 * 10_000));

        long Cost(int values)
        {
            var members = string.Join(',', Enumerable.Range(0, values).Select(i => $"\"{i}\":1"));
            var older = Trace(1, t => t.Metadata = Encoding.UTF8.GetBytes($$"""{"{{key}}":{ {{members}} } }"""));
            var newer = Trace(2, t => t.Metadata = "{\"x\":1}"u8.ToArray());
            return Allocated(() =>
            {
                TraceMerge.Join(older, newer);
                var stored = MergeStateCodec.DecodeTrace(1, "t", MergeStateCodec.Encode(older, contentDay: null)).Update;
                TraceMerge.Join(stored, Trace(3, t => t.Metadata = "{\"y\":1}"u8.ToArray()));
                _ = TraceRowBuilder.MetadataValues(Encoding.UTF8.GetString(stored.Metadata!));
            });
        }
    }

    private static byte[] Json(string shape, int i) => Encoding.UTF8.GetBytes(s_objects[shape](i));

    private static void AssertLinear<T>(Func<int, T> update)
        where T : VersionedUpdate
    {
        Join(update, 10);
        var (few, many) = (Join(update, Few), Join(update, 2 * Few));

        // What grows by doubling does not grow evenly; quadratic cost would be four times as much.
        Assert.InRange(many / (double)few, 0, 2.8);
    }

    /// <summary>Bytes that are allocated on the way; each piece of work comes with some.</summary>
    private static long Join<T>(Func<int, T> update, int count)
        where T : VersionedUpdate
    {
        var updates = Enumerable.Range(0, count).Select(update).ToArray();
        var batch = updates is SpanUpdate[] spans ? new IngestBatch(1, spans, []) : new IngestBatch(1, [], (TraceUpdate[])(object)updates);
        return Allocated(() => _ = WriteBatch.Join([batch])[0].Spans);
    }

    private static long Allocated(Action work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static SpanUpdate Span(int i, Action<SpanUpdate> set)
    {
        var span = new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "s", Version = new UpdateVersion(1, i, 0), Hash = i };
        set(span);
        return span;
    }

    private static TraceUpdate Trace(int i, Action<TraceUpdate> set)
    {
        var trace = new TraceUpdate { ProjectId = 1, TraceId = "t", Version = new UpdateVersion(1, i, 0) };
        set(trace);
        return trace;
    }
}
