namespace TraceDashboard.Core.Traces;

/// <summary>What the spans that tell one model call know of it together. Kept on the one that counts, when it is more than that one knows.</summary>
public sealed record LayeredCall
{
    public TokenUsage? Usage { get; init; }

    public Cost Cost { get; init; } = Cost.Unknown;

    public string? Provider { get; init; }

    /// <summary>See <see cref="SpanFacts.Model"/>.</summary>
    public string? Model { get; init; }

    public string? RequestModel { get; init; }

    public string? ServiceTier { get; init; }

    public long? StartTime { get; init; }

    public long? FirstTokenTime { get; init; }

    /// <summary>That it failed, if one of them says so.</summary>
    public SpanStatus Status { get; init; }

    /// <summary>What a computed cost depends on, beside the prices.</summary>
    public (TokenUsage?, string?, string?, string?, string?, long?) Priced => (Usage, Provider, Model, RequestModel, ServiceTier, StartTime);

    /// <summary>
    /// Of each thing the best that is known. The cost is the reported one, or nothing for a call that all of them say was refused; else it is
    /// unknown here, because it follows from the rest.
    /// </summary>
    /// <param name="layers">The one that counts, and then the others from within outwards.</param>
    public static LayeredCall Of(IReadOnlyList<SpanFacts> layers)
    {
        var usage = BestUsage([.. layers.Select(l => l.Usage).OfType<TokenUsage>()]);
        return new LayeredCall
        {
            Usage = usage,
            Cost = layers.FirstOrDefault(l => l.Cost.Source == CostSource.Reported)?.Cost
                ?? (usage is null && layers.All(l => l.Cost.Source == CostSource.Refused) ? layers[0].Cost : Cost.Unknown),
            Provider = First(l => l.Provider),
            Model = First(l => l.Model),
            RequestModel = First(l => l.RequestModel),
            ServiceTier = First(l => l.ServiceTier),
            StartTime = layers[0].StartTime,
            FirstTokenTime = layers.Select(l => l.FirstTokenTime).FirstOrDefault(t => t is not null),
            Status = layers.Any(l => l.Status == SpanStatus.Error) ? SpanStatus.Error : layers[0].Status,
        };

        string? First(Func<SpanFacts, string?> part) => layers.Select(part).FirstOrDefault(p => !string.IsNullOrEmpty(p));
    }

    /// <summary>Input and output each from who splits it up best: more that is cached, reasoning or media, and writes told by their lifetime.</summary>
    private static TokenUsage? BestUsage(IReadOnlyList<TokenUsage> known)
    {
        var input = known.Where(u => u.InputTotal is not null)
            .OrderByDescending(u => u.InputTotal - (u.Input ?? 0)).ThenBy(u => u.CacheWrite5m ?? 0).ThenByDescending(InputBuckets).FirstOrDefault();
        var output = known.Where(u => u.OutputTotal is not null)
            .OrderByDescending(u => u.OutputTotal - (u.Output ?? 0)).ThenByDescending(OutputBuckets).FirstOrDefault();
        if (input is null && output is null)
            return known.OrderByDescending(u => u.Unsplit).FirstOrDefault();
        return (input ?? output)! with
        {
            Output = output?.Output,
            Reasoning = output?.Reasoning,
            OutputAudio = output?.OutputAudio,
            OutputImage = output?.OutputImage,
            Unsplit = null,
            Other = known.Select(u => u.Other).FirstOrDefault(o => o is not null),
        };
    }

    private static int InputBuckets(TokenUsage usage) => Known(usage.Input, usage.CacheRead, usage.CacheWrite5m, usage.CacheWrite1h, usage.InputAudio, usage.InputImage);

    private static int OutputBuckets(TokenUsage usage) => Known(usage.Output, usage.Reasoning, usage.OutputAudio, usage.OutputImage);

    private static int Known(params ReadOnlySpan<long?> buckets)
    {
        var known = 0;
        foreach (var bucket in buckets)
            known += bucket is null ? 0 : 1;
        return known;
    }
}
