using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Pricing;

/// <summary>What a price is for: a bucket of <see cref="TokenUsage"/>, or the call itself.</summary>
public enum TokenBucket : byte
{
    Input = 0,
    CacheRead = 1,
    CacheWrite5m = 2,
    CacheWrite1h = 3,
    Output = 4,
    Reasoning = 5,
    InputAudio = 6,
    OutputAudio = 7,
    InputImage = 8,
    OutputImage = 9,

    /// <summary>The call itself, whatever its size (rerankers).</summary>
    Request = 10,
}
