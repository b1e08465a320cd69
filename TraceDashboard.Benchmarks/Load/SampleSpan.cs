namespace TraceDashboard.Benchmarks.Load;

/// <summary>A span as the generator makes it; the encoder and the reference writer turn it into what they send.</summary>
internal sealed class SampleSpan
{
    /// <summary>16 bytes.</summary>
    public required byte[] TraceId { get; init; }

    /// <summary>8 bytes.</summary>
    public required byte[] SpanId { get; init; }

    /// <summary>8 bytes; null for the root.</summary>
    public byte[]? ParentSpanId { get; init; }

    /// <summary><c>gen_ai.operation.name</c>.</summary>
    public required string Operation { get; init; }

    public required string Name { get; init; }

    /// <summary>Whether it has a model, a response and tokens.</summary>
    public bool CallsModel => Operation is "chat" or "embeddings" or "invoke_agent";

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public required long Start { get; init; }

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public required long End { get; init; }

    public bool Failed { get; init; }

    public required string Provider { get; init; }

    public required string Model { get; init; }

    public required string ResponseId { get; init; }

    public int InputTokens { get; init; }

    public int CachedTokens { get; init; }

    public int OutputTokens { get; init; }

    public double? SecondsToFirstChunk { get; init; }

    public required string UserId { get; init; }

    public required string SessionId { get; init; }

    /// <summary>JSON in UTF-8.</summary>
    public required byte[] Input { get; init; }

    /// <summary>JSON in UTF-8.</summary>
    public required byte[] Output { get; init; }
}
