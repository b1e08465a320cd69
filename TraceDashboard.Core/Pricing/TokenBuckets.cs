using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Pricing;

internal static class TokenBuckets
{
    /// <summary>Number of buckets that hold tokens.</summary>
    public const int Count = 10;

    public static long? Of(TokenUsage usage, TokenBucket bucket) => bucket switch
    {
        TokenBucket.Input => usage.Input,
        TokenBucket.CacheRead => usage.CacheRead,
        TokenBucket.CacheWrite5m => usage.CacheWrite5m,
        TokenBucket.CacheWrite1h => usage.CacheWrite1h,
        TokenBucket.Output => usage.Output,
        TokenBucket.Reasoning => usage.Reasoning,
        TokenBucket.InputAudio => usage.InputAudio,
        TokenBucket.OutputAudio => usage.OutputAudio,
        TokenBucket.InputImage => usage.InputImage,
        TokenBucket.OutputImage => usage.OutputImage,
        _ => throw new ArgumentOutOfRangeException(nameof(bucket), bucket, "Not a bucket of tokens."),
    };

    public static string Words(TokenBucket bucket) => bucket switch
    {
        TokenBucket.Input => "input",
        TokenBucket.CacheRead => "cache read",
        TokenBucket.CacheWrite5m => "cache write (5 min)",
        TokenBucket.CacheWrite1h => "cache write (1 h)",
        TokenBucket.Output => "output",
        TokenBucket.Reasoning => "reasoning",
        TokenBucket.InputAudio => "audio input",
        TokenBucket.OutputAudio => "audio output",
        TokenBucket.InputImage => "image input",
        TokenBucket.OutputImage => "image output",
        TokenBucket.Request => "request",
        _ => throw new ArgumentOutOfRangeException(nameof(bucket), bucket, "Unknown bucket."),
    };
}
