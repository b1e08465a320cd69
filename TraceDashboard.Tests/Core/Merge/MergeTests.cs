using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Merge;

public class MergeTests
{
    [Fact]
    public void Any_order_split_and_repetition_of_span_updates_ends_in_the_same_state()
    {
        for (var seed = 0; seed < 10_000; seed++)
        {
            var random = new RandomUpdates(seed, 1, "t");
            var updates = Enumerable.Range(0, 2 + (seed % 6)).Select(_ => random.Span()).GroupBy(s => s.SpanId).First().ToArray();

            var inOrder = JoinSpans(updates);
            var shuffled = JoinSpans(random.Shuffled(updates.Concat(updates)));
            var half = updates.Length / 2;
            var split = Clone(JoinSpans(updates[half..]));
            if (half > 0)
                SpanMerge.Join(split, JoinSpans(updates[..half]));

            Assert.Equal(Describe(inOrder), Describe(shuffled));
            Assert.Equal(Describe(inOrder), Describe(split));
        }
    }

    [Fact]
    public void Any_order_split_and_repetition_of_trace_updates_ends_in_the_same_state()
    {
        for (var seed = 0; seed < 10_000; seed++)
        {
            var random = new RandomUpdates(seed, 1, "t");
            var updates = Enumerable.Range(0, 2 + (seed % 6)).Select(_ => random.Trace()).ToArray();

            Assert.Equal(Describe(JoinTraces(updates)), Describe(JoinTraces(random.Shuffled(updates.Concat(updates)))));
        }
    }

    [Fact]
    public void A_later_update_wins_and_an_absent_field_stays()
    {
        var span = Update(1, s => { s.Name = "old"; s.Provider = "openai"; });

        SpanMerge.Join(span, Update(2, s => s.Name = "new"));
        SpanMerge.Join(span, Update(0, s => s.Name = "late arrival of what is older"));

        Assert.Equal("new", span.Name);
        Assert.Equal("openai", span.Provider);
    }

    [Fact]
    public void A_null_clears()
    {
        var span = Update(1, s => s.StatusMessage = "boom");

        SpanMerge.Join(span, Update(2, s => s.StatusMessage = null));

        Assert.Null(span.StatusMessage);
        Assert.True(span.Has(SpanField.StatusMessage));
    }

    [Fact]
    public void The_class_of_a_message_beats_its_time()
    {
        var span = new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "s", Version = new UpdateVersion(2, 10, 0), Status = SpanStatus.Ok };

        SpanMerge.Join(span, new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "s", Version = new UpdateVersion(1, 99, 0), Status = SpanStatus.Error });

        Assert.Equal(SpanStatus.Ok, span.Status);
    }

    [Fact]
    public void The_earliest_start_stays()
    {
        var span = Update(5, s => s.StartTime = 200);

        SpanMerge.Join(span, Update(9, s => s.StartTime = 300));
        SpanMerge.Join(span, Update(1, s => s.StartTime = 100));

        Assert.Equal(100, span.StartTime);
    }

    [Fact]
    public void The_first_environment_stays_and_tags_unite()
    {
        var trace = new TraceUpdate { ProjectId = 1, TraceId = "t", Version = new(1, 5, 0), Environment = "production", Tags = ["b", "a"] };

        TraceMerge.Join(trace, new TraceUpdate { ProjectId = 1, TraceId = "t", Version = new(1, 9, 0), Environment = "staging", Tags = ["c", "a"] });

        Assert.Equal("production", trace.Environment);
        Assert.Equal(["a", "b", "c"], trace.Tags!);
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":2}}""", """{"b":{"d":3}}""", """{"a":1,"b":{"c":2,"d":3}}""")]
    [InlineData("""{"a":1}""", """{"a":null}""", null)]
    [InlineData("""{"a":{"b":1}}""", """{"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":2}""", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[3]}""", """{"a":[3]}""")]
    [InlineData("""{"a/b":1,"a~b":1}""", """{"a/b":2}""", """{"a~b":1,"a/b":2}""")]
    public void Attributes_are_merged_key_by_key(string earlier, string later, string? merged)
    {
        foreach (var reversed in (bool[])[false, true])
        {
            var first = Update(1, s => s.Attributes = Encoding.UTF8.GetBytes(earlier));
            var second = Update(2, s => s.Attributes = Encoding.UTF8.GetBytes(later));
            var (target, source) = reversed ? (second, first) : (first, second);

            SpanMerge.Join(target, source);

            Assert.Equal(merged, target.Attributes is null ? null : Encoding.UTF8.GetString(target.Attributes));
        }
    }

    [Fact]
    public void What_a_newer_value_hides_comes_back_when_only_part_of_it_is_replaced_later()
    {
        // An update between the two others in time, but last to arrive.
        var span = Update(3, s => s.Attributes = """{"a":{"x":3}}"""u8.ToArray());
        SpanMerge.Join(span, Update(1, s => s.Attributes = """{"a":{"y":1}}"""u8.ToArray()));
        SpanMerge.Join(span, Update(2, s => s.Attributes = """{"a":"plain"}"""u8.ToArray()));

        Assert.Equal("""{"a":{"x":3}}""", Encoding.UTF8.GetString(span.Attributes!));
    }

    internal static SpanUpdate JoinSpans(IReadOnlyList<SpanUpdate> updates)
    {
        var joined = Clone(updates[0]);
        foreach (var update in updates.Skip(1))
            SpanMerge.Join(joined, update);
        return joined;
    }

    internal static TraceUpdate JoinTraces(IReadOnlyList<TraceUpdate> updates)
    {
        var joined = new TraceUpdate { ProjectId = updates[0].ProjectId, TraceId = updates[0].TraceId, Version = default };
        foreach (var update in updates)
            TraceMerge.Join(joined, update);
        return joined;
    }

    internal static string Describe(VersionedUpdate update)
    {
        var chunks = (update as SpanUpdate)?.Chunks;
        if (update is SpanUpdate span)
            chunks = SpanMerge.JoinChunks(span.Chunks ?? []);
        var values = update.GetType().GetProperties()
            .Where(p => p.Name is not (nameof(SpanUpdate.Hash) or nameof(SpanUpdate.Chunks) or nameof(SpanUpdate.Version) or nameof(SpanUpdate.KeyVersions) or nameof(SpanUpdate.FieldVersions)))
            .Select(p => $"{p.Name}={(p.GetValue(update) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : JsonSerializer.Serialize(p.GetValue(update)))}");
        var fieldVersions = update.FieldVersions?.Select(f => $"{f.Key}@{f.Value}") ?? [];
        var keyVersions = Encoding.UTF8.GetString(MergeStateCodec.Encode(update.KeyVersions) ?? []);
        return string.Join('\n', [.. values, update.Fields == 0 ? "" : $"{update.Version}", .. fieldVersions, keyVersions, .. (chunks ?? []).Select(c => $"{c}")]);
    }

    private static SpanUpdate Clone(SpanUpdate update)
    {
        var clone = new SpanUpdate { ProjectId = update.ProjectId, TraceId = update.TraceId, SpanId = update.SpanId, Version = update.Version };
        SpanMerge.Join(clone, update);
        return clone;
    }

    private static SpanUpdate Update(long time, Action<SpanUpdate> set)
    {
        var update = new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "s", Version = new UpdateVersion(1, time, 0) };
        set(update);
        return update;
    }
}
