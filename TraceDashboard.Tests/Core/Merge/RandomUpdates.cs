using System.Text;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Merge;

/// <summary>Updates of every kind that any protocol could send of one trace, from a seed: few ids and few versions, so that they collide.</summary>
internal sealed class RandomUpdates(int seed, int projectId, string traceId, int spanIds = 3)
{
    private readonly Random _random = new(seed);

    public SpanUpdate Span()
    {
        var update = new SpanUpdate
        {
            ProjectId = projectId,
            TraceId = traceId,
            SpanId = $"s{_random.Next(spanIds)}",
            Version = Version(),
            Hash = _random.NextInt64(),
        };
        Maybe(() => update.ParentSpanId = Null(() => $"s{_random.Next(spanIds)}"));
        Maybe(() => update.Name = Null(Word));
        Maybe(() => update.Kind = Null<SpanKind>(() => (SpanKind)_random.Next(11)));
        Maybe(() => update.Status = Null<SpanStatus>(() => (SpanStatus)_random.Next(3)));
        Maybe(() => update.StatusMessage = Null(Word));
        Maybe(() => update.ErrorType = Null(Word));
        Maybe(() => update.StartTime = Null<long>(Time));
        Maybe(() => update.EndTime = Null<long>(Time));
        Maybe(() => update.FirstTokenTime = Null<long>(Time));
        Maybe(() => update.Provider = Null(() => "openai"));
        Maybe(() => update.RequestModel = Null(() => _random.Next(2) == 0 ? "gpt-4o" : "gpt-4o-mini"));
        Maybe(() => update.ResponseModel = Null(() => _random.Next(2) == 0 ? "gpt-4o" : "no-such-model"));
        Maybe(() => update.ResponseId = Null(Word));
        Maybe(() => update.Usage = Null(Usage));
        Maybe(() => update.ReportedCost = Null<decimal>(() => _random.Next(3) / 1000m));
        Maybe(() => update.Streaming = Null<bool>(() => _random.Next(2) == 0));
        Maybe(() => update.FinishReason = Null(Word));
        Maybe(() => update.ServiceTier = Null(Word));
        Maybe(() => update.ToolName = Null(Word));
        Maybe(() => update.ToolCallId = Null(Word));
        Maybe(() => update.AgentName = Null(Word));
        Maybe(() => update.PromptName = Null(Word));
        Maybe(() => update.PromptVersion = Null(Word));
        Maybe(() => update.ServiceName = Null(Word));
        Maybe(() => update.Input = Null(() => Encoding.UTF8.GetBytes(Word())));
        if (_random.Next(8) == 0)
            update.Output = Null(() => Encoding.UTF8.GetBytes(Word()));
        Maybe(() => update.Attributes = Null(Object));
        Maybe(() => update.Events = Null(Events));
        Maybe(() => update.Links = Null(Events));
        Maybe(() => update.Resource = Null(Object));
        Maybe(() => update.Origin = Null(Object));
        if (_random.Next(3) == 0)
            update.Chunks = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => new OutputChunk(_random.Next(4), Word()))];
        return update;
    }

    public TraceUpdate Trace()
    {
        var update = new TraceUpdate { ProjectId = projectId, TraceId = traceId, Version = Version() };
        Maybe(() => update.Timestamp = Null<long>(Time));
        Maybe(() => update.Name = Null(Word));
        Maybe(() => update.UserId = Null(Word));
        Maybe(() => update.SessionId = Null(Word));
        Maybe(() => update.Environment = Null(Word));
        Maybe(() => update.Release = Null(Word));
        Maybe(() => update.AppVersion = Null(Word));
        Maybe(() => update.Tags = Null(() => new[] { Word(), Word() }));
        Maybe(() => update.Metadata = Null(Object));
        Maybe(() => update.InputPreview = Null(Word));
        Maybe(() => update.OutputPreview = Null(Word));
        Maybe(() => update.SharedMetadata = Null(Object));
        return update;
    }

    public T[] Shuffled<T>(IEnumerable<T> items)
    {
        var shuffled = items.ToArray();
        _random.Shuffle(shuffled);
        return shuffled;
    }

    private TokenUsage Usage() => _random.Next(5) == 0
        ? new TokenUsage { Unsplit = _random.Next(3), Other = _random.Next(2) == 0 ? null : """{"searches":1}""" }
        : new TokenUsage
        {
            Input = _random.Next(3),
            CacheRead = Tokens(),
            CacheWrite5m = Tokens(),
            CacheWrite1h = Tokens(),
            Output = _random.Next(2) == 0 ? null : _random.Next(3),
            Reasoning = Tokens(),
            InputAudio = Tokens(),
            OutputAudio = Tokens(),
            InputImage = Tokens(),
            OutputImage = Tokens(),
            Rule = (UsageRule)_random.Next(3),
        };

    private long? Tokens() => _random.Next(3) == 0 ? _random.Next(2) : null;

    private UpdateVersion Version() => new((byte)_random.Next(3), _random.Next(3), _random.Next(2));

    private long Time() => 1_700_000_000_000_000_000 + (_random.Next(4) * 1_000_000_001L);

    private string Word() => (string[])["a", "b", "c", "é", "日本"] is var words ? words[_random.Next(words.Length)] : "";

    private byte[] Object()
    {
        string[] values = ["1", "2.5", "\"x\"", "null", "{}", "{\"p\":1}", "{\"p\":2,\"q\":{\"r\":null}}", "[1,2]", "true"];
        string[] keys = ["k", "k.l", "a/b~c"];
        var count = _random.Next(3);
        var members = keys.Take(count).Select(k => $"\"{k}\":{values[_random.Next(values.Length)]}");
        return Encoding.UTF8.GetBytes($"{{{string.Join(',', members)}}}");
    }

    private byte[] Events()
    {
        var events = Enumerable.Range(0, _random.Next(3)).Select(_ => $$"""{"timeUnixNano":"{{_random.Next(3)}}","name":"{{Word()}}"}""");
        return Encoding.UTF8.GetBytes($"[{string.Join(',', events)}]");
    }

    private void Maybe(Action set)
    {
        if (_random.Next(3) == 0)
            set();
    }

    private T? Null<T>(Func<T> value)
        where T : class => _random.Next(5) == 0 ? null : value();

    private T? Null<T>(Func<T> value, T? _ = null)
        where T : struct => _random.Next(5) == 0 ? null : value();
}
