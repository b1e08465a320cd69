using System.ComponentModel;
using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Pricing;

/// <summary>USD per million tokens by bucket; null where there is no price.</summary>
public record TokenPrices
{
    [Description("Uncached input tokens."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Input { get; init; }

    [Description("Input tokens read from a cache. Without it they cost what input costs."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CacheRead { get; init; }

    [Description("Input tokens written to a cache for five minutes. Without it they cost what input costs."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CacheWrite5m { get; init; }

    [Description("Input tokens written to a cache for an hour. Without it they cost what a write for five minutes costs."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CacheWrite1h { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Output { get; init; }

    [Description("Output tokens of reasoning. Without it they cost what output costs."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Reasoning { get; init; }

    [Description("Without it audio input costs what input costs."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? AudioInput { get; init; }

    [Description("Without it audio output costs what output costs."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? AudioOutput { get; init; }

    [Description("Without it image input costs what input costs."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? ImageInput { get; init; }

    [Description("Without it image output costs what output costs."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? ImageOutput { get; init; }

    internal IEnumerable<(string Name, TokenBucket Bucket, decimal? Usd)> ByBucket() =>
    [
        ("input", TokenBucket.Input, Input), ("cacheRead", TokenBucket.CacheRead, CacheRead), ("cacheWrite5m", TokenBucket.CacheWrite5m, CacheWrite5m),
        ("cacheWrite1h", TokenBucket.CacheWrite1h, CacheWrite1h), ("output", TokenBucket.Output, Output), ("reasoning", TokenBucket.Reasoning, Reasoning),
        ("audioInput", TokenBucket.InputAudio, AudioInput), ("audioOutput", TokenBucket.OutputAudio, AudioOutput),
        ("imageInput", TokenBucket.InputImage, ImageInput), ("imageOutput", TokenBucket.OutputImage, ImageOutput),
    ];
}
