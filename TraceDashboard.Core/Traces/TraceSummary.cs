using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces;

/// <summary>What the spans of a trace say of it as a whole. Sums are over the spans that count, see <see cref="CallCounting"/>.</summary>
public sealed record TraceSummary
{
    /// <summary>Earliest start of a span, in nanoseconds since the Unix epoch; null when none is known.</summary>
    public long? StartTime { get; init; }

    /// <summary>Latest end of a span; null while a span is open or when there is no span.</summary>
    public long? EndTime { get; init; }

    /// <summary>That of the roots; without a root, whether any span failed.</summary>
    public SpanStatus Status { get; init; }

    public int SpanCount { get; init; }

    public int OpenSpanCount { get; init; }

    public int ErrorCount { get; init; }

    public int ModelCalls { get; init; }

    /// <summary>Model calls whose cost is unknown.</summary>
    public int UnpricedCalls { get; init; }

    /// <summary>Cached tokens included; null when no call's is known.</summary>
    public long? TokensIn { get; init; }

    /// <summary>Read from a cache; null when no call's is known.</summary>
    public long? TokensCached { get; init; }

    /// <summary>Reasoning included; null when no call's is known.</summary>
    public long? TokensOut { get; init; }

    /// <summary>Of calls of which only the total is known, beside the others; null when there is none.</summary>
    public long? TokensUnsplit { get; init; }

    /// <summary>USD; null when no call's is known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Nanoseconds from the start of the first call that streamed to its first token; null when none did.</summary>
    public long? Ttft { get; init; }

    /// <summary>The model that cost most, or else used most tokens, or else came first.</summary>
    public string? Model { get; init; }

    /// <summary>All models, each between two line feeds, sorted: <c>\na\nb\n</c>; null when there is none.</summary>
    public string? Models { get; init; }

    /// <summary>That of <see cref="Model"/>.</summary>
    public string? Provider { get; init; }

    /// <summary>Name of the earliest root that has one, or else of the earliest span that has one.</summary>
    public string? Name { get; init; }

    /// <summary>Independent of the order of the spans. Reads <see cref="SpanFacts.Counted"/>.</summary>
    public static TraceSummary Compute(IReadOnlyList<SpanFacts> spans)
    {
        long? start = null, end = null;
        int open = 0, errors = 0, retold = 0, calls = 0, unpriced = 0;
        long? tokensIn = null, tokensCached = null, tokensOut = null, tokensUnsplit = null;
        decimal? cost = null;
        SpanFacts? named = null, namedRoot = null, streamed = null;
        bool anyRoot = false, rootError = false, rootOk = false;
        List<SpanFacts>? counted = null;
        foreach (var span in spans)
        {
            start = Min(start, span.StartTime);
            var isEvent = span.Kind == SpanKind.Event;
            end = Max(end, span.EndTime ?? (isEvent ? span.StartTime : null));
            if (span.IsOpen && !isEvent)
                open++;
            var failed = (span.Layers?.Status ?? span.Status) == SpanStatus.Error;
            if (failed && (span.Counted || !span.Kind.IsModelCall()))
                errors++;
            else if (failed)
                retold++;

            var isRoot = string.IsNullOrEmpty(span.ParentSpanId);
            anyRoot |= isRoot;
            rootError |= isRoot && span.Status == SpanStatus.Error;
            rootOk |= isRoot && span.Status == SpanStatus.Ok;
            if (!string.IsNullOrEmpty(span.Name))
            {
                named = Earlier(named, span);
                if (isRoot)
                    namedRoot = Earlier(namedRoot, span);
            }

            if (!span.Counted)
                continue;
            var call = span.AsCall();
            calls++;
            (counted ??= []).Add(call);
            tokensIn = Add(tokensIn, call.Usage?.InputTotal);
            tokensCached = Add(tokensCached, call.Usage?.CacheRead);
            tokensOut = Add(tokensOut, call.Usage?.OutputTotal);
            tokensUnsplit = Add(tokensUnsplit, call.Usage?.Unsplit);
            if (call.Cost.Amount is { } amount)
                cost = (cost ?? 0) + amount;
            else
                unpriced++;
            if (call.FirstTokenTime >= call.StartTime)
                streamed = Earlier(streamed, call);
        }

        // A call that several spans tell fails once. Where none counts, none is told twice.
        if (calls == 0)
            errors += retold;
        var models = ModelUse.Of(counted);
        var main = ModelUse.Main(models);
        return new TraceSummary
        {
            StartTime = start,
            EndTime = open > 0 ? null : end,
            Status = rootError || (!anyRoot && errors > 0) ? SpanStatus.Error : rootOk ? SpanStatus.Ok : SpanStatus.Unset,
            SpanCount = spans.Count,
            OpenSpanCount = open,
            ErrorCount = errors,
            ModelCalls = calls,
            UnpricedCalls = unpriced,
            TokensIn = tokensIn,
            TokensCached = tokensCached,
            TokensOut = tokensOut,
            TokensUnsplit = tokensUnsplit,
            Cost = cost,
            Ttft = streamed?.FirstTokenTime - streamed?.StartTime,
            Model = main?.Model,
            Models = models.Count == 0 ? null : $"\n{string.Join('\n', models.Keys.Order(StringComparer.Ordinal))}\n",
            Provider = main?.FirstWithProvider?.Provider,
            Name = (namedRoot ?? named)?.Name,
        };
    }

    private static SpanFacts Earlier(SpanFacts? a, SpanFacts b) => a is null || SpanOrder.Compare(b, a) < 0 ? b : a;

    private static long? Min(long? a, long? b) => a is null || b < a ? b : a;

    private static long? Max(long? a, long? b) => a is null || b > a ? b : a;

    private static long? Add(long? sum, long? value) => value is null ? sum : Saturating.Add(sum ?? 0, value.Value);

    private sealed class ModelUse(string model)
    {
        public string Model { get; } = model;

        public decimal? Cost { get; private set; }

        public long? Tokens { get; private set; }

        public SpanFacts? First { get; private set; }

        public SpanFacts? FirstWithProvider { get; private set; }

        public static Dictionary<string, ModelUse> Of(List<SpanFacts>? calls)
        {
            var models = new Dictionary<string, ModelUse>(StringComparer.Ordinal);
            foreach (var call in calls ?? [])
            {
                if (string.IsNullOrEmpty(call.Model))
                    continue;
                if (!models.TryGetValue(call.Model, out var use))
                    models.Add(call.Model, use = new ModelUse(call.Model));
                use.Add(call);
            }

            return models;
        }

        public static ModelUse? Main(Dictionary<string, ModelUse> models) => models.Values
            .OrderByDescending(m => m.Cost)
            .ThenByDescending(m => m.Tokens)
            .ThenBy(m => m.First, Comparer<SpanFacts?>.Create((a, b) => SpanOrder.Compare(a!, b!)))
            .FirstOrDefault();

        private void Add(SpanFacts call)
        {
            if (call.Cost.Amount is { } amount)
                Cost = (Cost ?? 0) + amount;
            Tokens = TraceSummary.Add(Tokens, call.Usage?.Total);
            First = Earlier(First, call);
            if (!string.IsNullOrEmpty(call.Provider))
                FirstWithProvider = Earlier(FirstWithProvider, call);
        }
    }
}
