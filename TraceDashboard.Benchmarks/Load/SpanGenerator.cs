using System.Globalization;

namespace TraceDashboard.Benchmarks.Load;

/// <summary>
/// Spans as they leave instrumented programs: 8 to a trace, children before their root, several traces under way at once, so
/// that a batch ends in the middle of some. Ids are random; each span is about 2.4 kB on the wire. Not thread-safe.
/// </summary>
internal sealed class SpanGenerator
{
    private const int SpansPerTrace = 8;
    private const int TracesUnderWay = 16;
    private const long Millisecond = 1_000_000;

    private static readonly (string Provider, string Model)[] Models =
    [
        ("openai", "gpt-4o"), ("openai", "gpt-4o-mini"), ("openai", "gpt-4.1"), ("openai", "o3-mini"),
        ("anthropic", "claude-3-5-sonnet-20241022"), ("anthropic", "claude-3-5-haiku-20241022"),
        ("mistral_ai", "mistral-large-latest"), ("gcp.gemini", "gemini-2.0-flash"),
    ];

    private static readonly (string Operation, string Name)[] Steps =
    [
        ("embeddings", "embeddings text-embedding-3-small"),
        ("retrieval", "retrieval knowledge-base"),
        ("chat", "chat"),
        ("execute_tool", "execute_tool search_orders"),
        ("execute_tool", "execute_tool read_invoice"),
        ("chat", "chat"),
        ("chat", "chat"),
    ];

    private readonly Random _random;
    private readonly SampleText _text;
    private readonly Func<long> _now;
    private readonly Queue<SampleSpan>[] _underWay = new Queue<SampleSpan>[TracesUnderWay];

    /// <param name="seed">Different for each connection, or their ids would collide.</param>
    /// <param name="text">Shared by the generators of a run.</param>
    /// <param name="now">The time at which a trace ends, in nanoseconds since the Unix epoch.</param>
    public SpanGenerator(int seed, SampleText text, Func<long> now)
    {
        _random = new Random(seed);
        _text = text;
        _now = now;
        for (var i = 0; i < TracesUnderWay; i++)
            _underWay[i] = new Queue<SampleSpan>();
    }

    public SampleSpan Next()
    {
        var trace = _underWay[_random.Next(TracesUnderWay)];
        if (trace.Count == 0)
        {
            foreach (var span in Trace(SpansPerTrace))
                trace.Enqueue(span);
        }

        return trace.Dequeue();
    }

    public void Fill(SampleSpan[] batch)
    {
        for (var i = 0; i < batch.Length; i++)
            batch[i] = Next();
    }

    /// <summary>A whole trace of that many spans, its root last.</summary>
    public IEnumerable<SampleSpan> Trace(int spans)
    {
        var traceId = Bytes(16);
        var rootId = Bytes(8);
        var (provider, model) = Models[_random.Next(Models.Length)];
        var user = "u_" + _random.Next(1, 500).ToString(CultureInfo.InvariantCulture);
        var session = "s_" + _random.Next(1, 20_000).ToString(CultureInfo.InvariantCulture);
        var durations = Enumerable.Range(1, spans - 1).Select(_ => _random.NextInt64(20 * Millisecond, 900 * Millisecond)).ToArray();
        var end = _now();
        var start = end - durations.Sum() - (5 * Millisecond);
        var at = start + Millisecond;
        for (var i = 0; i < durations.Length; i++)
        {
            var (operation, name) = Steps[i % Steps.Length];
            var span = Make(traceId, rootId, operation, operation == "chat" ? "chat " + model : name, at, at + durations[i]);
            at += durations[i];
            yield return span;
        }

        yield return Make(traceId, null, "invoke_agent", "invoke_agent support", start, end, rootId);

        SampleSpan Make(byte[] trace, byte[]? parent, string operation, string name, long from, long to, byte[]? spanId = null)
        {
            var inputTokens = _random.Next(200, 6_000);
            return new SampleSpan
            {
                TraceId = trace,
                SpanId = spanId ?? Bytes(8),
                ParentSpanId = parent,
                Operation = operation,
                Name = name,
                Start = from,
                End = to,
                Failed = _random.Next(100) == 0,
                Provider = operation == "embeddings" ? "openai" : provider,
                Model = operation == "embeddings" ? "text-embedding-3-small" : model,
                ResponseId = "resp_" + Convert.ToHexStringLower(Bytes(12)),
                InputTokens = inputTokens,
                CachedTokens = _random.Next(2) == 0 ? 0 : inputTokens / 2,
                OutputTokens = operation == "embeddings" ? 0 : _random.Next(20, 900),
                SecondsToFirstChunk = operation == "chat" ? _random.NextDouble() / 2 : null,
                UserId = user,
                SessionId = session,
                Input = Messages("user"u8, _random.Next(1_050, 1_550)),
                Output = Messages("assistant"u8, _random.Next(350, 800)),
            };
        }
    }

    private byte[] Messages(ReadOnlySpan<byte> role, int bytes) =>
        [.. "[{\"role\":\""u8, .. role, .. "\",\"parts\":[{\"type\":\"text\",\"content\":\""u8, .. _text.Make(_random, bytes), .. "\"}]}]"u8];

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
