using System.Buffers;
using System.Text;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Langfuse's usage and cost details, as attributes and as fields of its ingestion API. Usage details have free names for counts that do
/// not overlap. Integrations that pass on what a provider answered are told from the names that only OpenAI uses, or from a total that
/// leaves out what is cached. <c>usage</c> is their predecessor, which also carried costs.
/// </summary>
internal static class LangfuseUsage
{
    private const int MaxNameLength = 256;

    /// <summary>Counts that are kept beside the tokens.</summary>
    private const int MaxOthers = 50;

    /// <summary>What is counted beside tokens, in the words of <c>usage</c>.</summary>
    public static readonly IReadOnlyList<string> Units = ["CHARACTERS", "MILLISECONDS", "SECONDS", "IMAGES", "REQUESTS"];

    /// <summary>The names of the buckets, and of the call itself, in the order in which they are written.</summary>
    public static readonly IReadOnlyList<(string Name, TokenBucket Bucket)> Names =
    [
        ("input", TokenBucket.Input), ("input_cached_tokens", TokenBucket.CacheRead), ("input_cache_creation", TokenBucket.CacheWrite5m),
        ("input_cache_creation_1h", TokenBucket.CacheWrite1h), ("input_audio_tokens", TokenBucket.InputAudio), ("input_image_tokens", TokenBucket.InputImage),
        ("output", TokenBucket.Output), ("output_reasoning_tokens", TokenBucket.Reasoning), ("output_audio_tokens", TokenBucket.OutputAudio),
        ("output_image_tokens", TokenBucket.OutputImage), ("request", TokenBucket.Request),
    ];

    /// <summary>Ends of the names of details that count no tokens.</summary>
    private static readonly byte[][] s_otherUnits =
        [.. Units.Select(u => u.ToLowerInvariant()).Concat(["calls", "searches", "queries", "chars", "minutes", "pages", "bytes"]).Select(Encoding.UTF8.GetBytes)];

    /// <summary>Null when no tokens are told.</summary>
    /// <param name="details">The JSON of <c>usageDetails</c>.</param>
    /// <param name="legacy">The JSON of <c>usage</c>; what the details say counts more.</param>
    public static TokenUsage? From(ReadOnlySpan<byte> details, ReadOnlySpan<byte> legacy = default)
    {
        var counts = new Counts();
        counts.TakeAll(legacy, UnitOf(legacy));
        counts.TakeAll(details, null);
        return counts.ToUsage();
    }

    /// <summary>The total in USD, or the sum of its parts; null when none is told.</summary>
    /// <param name="details">The JSON of <c>costDetails</c>.</param>
    /// <param name="legacy">The JSON of <c>usage</c>; what the details say counts more.</param>
    public static decimal? CostOf(ReadOnlySpan<byte> details, ReadOnlySpan<byte> legacy = default)
    {
        decimal? total = null, input = null, output = null, others = null;
        var old = new JsonLeaves(legacy, stackalloc byte[MaxNameLength]);
        while (old.Next())
        {
            if (old.Path.SequenceEqual("totalCost"u8))
                total = old.Amount;
            else if (old.Path.SequenceEqual("inputCost"u8))
                input = old.Amount;
            else if (old.Path.SequenceEqual("outputCost"u8))
                output = old.Amount;
        }

        var leaves = new JsonLeaves(details, stackalloc byte[MaxNameLength]);
        while (leaves.Next())
        {
            if (leaves.Amount is not { } amount || leaves.Path.Contains((byte)'.'))
                continue;
            if (leaves.Path.SequenceEqual("total"u8))
                total = amount;
            else if (leaves.Path.SequenceEqual("input"u8))
                input = amount;
            else if (leaves.Path.SequenceEqual("output"u8))
                output = amount;
            else
                others = (others ?? 0) + amount;
        }

        return total ?? ((input ?? output ?? others) is null ? null : (input ?? 0) + (output ?? 0) + (others ?? 0));
    }

    /// <summary>Characters, seconds and the like; null for tokens.</summary>
    private static string? UnitOf(ReadOnlySpan<byte> legacy)
    {
        var leaves = new JsonLeaves(legacy, stackalloc byte[MaxNameLength]);
        while (leaves.Next())
        {
            if (leaves.Path.SequenceEqual("unit"u8))
                return leaves.Text(MaxNameLength)?.ToLowerInvariant() is { } unit and not "tokens" ? unit : null;
        }

        return null;
    }

    /// <summary>Counts by bucket as they were told.</summary>
    private struct Counts
    {
        private ReportedUsage _usage;
        private long? _otherInput;
        private long? _otherOutput;
        private Dictionary<string, long>? _others;
        private bool _overlap;

        /// <param name="unit">What is counted; null for tokens.</param>
        public void TakeAll(ReadOnlySpan<byte> json, string? unit)
        {
            Span<byte> lower = stackalloc byte[MaxNameLength];
            var leaves = new JsonLeaves(json, stackalloc byte[MaxNameLength]);
            while (leaves.Next())
            {
                if (leaves.Count is not { } count || Ascii.ToLower(leaves.Path, lower, out var length) != OperationStatus.Done)
                    continue;
                if (unit is not null || !Take(lower[..length], count))
                    Keep(leaves.Path, lower[..length], unit, count);
            }
        }

        /// <summary>Keeps a count of what are no tokens under its name. Costs are read elsewhere.</summary>
        private void Keep(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, string? unit, long count)
        {
            if (Has(name, "cost"u8) || path.Contains((byte)'\\') || _others?.Count >= MaxOthers)
                return;
            var key = Encoding.UTF8.GetString(path);
            (_others ??= [])[unit is null ? key : $"{key}_{unit}"] = count;
        }

        public readonly TokenUsage? ToUsage()
        {
            var usage = _usage;
            var write = usage.CacheWriteTotal;
            var inputParts = Sum(usage.CacheRead, write, usage.InputAudio, usage.InputImage);
            var outputParts = Sum(usage.Reasoning, usage.OutputAudio, usage.OutputImage);
            var others = UsageCounts.Write(_others);
            if (Sum(usage.Input, usage.Output, inputParts, outputParts, _otherInput, _otherOutput) is null)
                return (usage.Total, others) == (null, null) ? null : new TokenUsage { Unsplit = usage.Total, Other = others };

            // A total that leaves the parts out tells that they are within input and output.
            if (_overlap || (Sum(inputParts, outputParts) > 0 && usage.Total is { } total && total == Sum(usage.Input, usage.Output)))
            {
                // Parts of plain text (OpenAI tells text and accepted predictions) are in the totals already.
                usage.Input ??= _otherInput;
                usage.Output ??= _otherOutput;
                return (UsageBuckets.From(usage, SpanKind.Generation) ?? new TokenUsage()) with { Other = others };
            }

            var (input, output) = (Sum(usage.Input, _otherInput), Sum(usage.Output, _otherOutput));

            // What a total leaves beside the output is input.
            if (input is null && output is not null && usage.Total - Sum(output, inputParts, outputParts) is >= 0 and var rest)
                input = rest;
            return new TokenUsage
            {
                Input = input,
                CacheRead = usage.CacheRead,
                CacheWrite5m = UsageBuckets.Less(write, usage.CacheWrite1h),
                CacheWrite1h = usage.CacheWrite1h,
                Output = output,
                Reasoning = usage.Reasoning,
                InputAudio = usage.InputAudio,
                OutputAudio = usage.OutputAudio,
                InputImage = usage.InputImage,
                OutputImage = usage.OutputImage,
                Other = others,
                Rule = UsageRule.Disjoint,
            };
        }

        /// <param name="name">In lower case, with the names of the objects that it is in.</param>
        /// <returns>Whether it is a count of tokens.</returns>
        private bool Take(ReadOnlySpan<byte> name, long count)
        {
            if (name.SequenceEqual("input"u8) || name.SequenceEqual("input_tokens"u8) || name.SequenceEqual("inputtokens"u8) || name.SequenceEqual("prompt_token_count"u8))
                _usage.Input = count;
            else if (name.SequenceEqual("output"u8) || name.SequenceEqual("output_tokens"u8) || name.SequenceEqual("outputtokens"u8) || name.SequenceEqual("candidates_token_count"u8))
                _usage.Output = count;
            else if (name.SequenceEqual("total"u8) || name.SequenceEqual("total_tokens"u8) || name.SequenceEqual("totaltokens"u8) || name.SequenceEqual("total_token_count"u8))
                _usage.Total = count;
            else if (name.SequenceEqual("prompt_tokens"u8) || name.SequenceEqual("prompttokens"u8))
                (_usage.Input, _overlap) = (count, true);
            else if (name.SequenceEqual("completion_tokens"u8) || name.SequenceEqual("completiontokens"u8))
                (_usage.Output, _overlap) = (count, true);
            else if (CountsSomethingElse(name))
                return false;
            else if (name.StartsWith("prompt_tokens_details."u8) || name.StartsWith("input_tokens_details."u8))
                return TakeWithin(name[(name.IndexOf((byte)'.') + 1)..], isOutput: false, count);
            else if (name.StartsWith("completion_tokens_details."u8) || name.StartsWith("output_tokens_details."u8))
                return TakeWithin(name[(name.IndexOf((byte)'.') + 1)..], isOutput: true, count);
            else
                return TakePart(name, isInput: Has(name, "input"u8) || Has(name, "prompt"u8), isOutput: Has(name, "output"u8) || Has(name, "completion"u8), count);
            return true;
        }

        private bool TakeWithin(ReadOnlySpan<byte> name, bool isOutput, long count)
        {
            _overlap = true;
            return TakePart(name, !isOutput, isOutput, count);
        }

        /// <summary>Names of parts are free; what they hold is in them.</summary>
        private bool TakePart(ReadOnlySpan<byte> name, bool isInput, bool isOutput, long count)
        {
            if (Has(name, "cache"u8) && (Has(name, "creation"u8) || Has(name, "write"u8)))
                _ = Has(name, "1h"u8) ? _usage.CacheWrite1h = count : Has(name, "5m"u8) ? _usage.CacheWrite5m = count : _usage.CacheWrite = count;
            else if (Has(name, "cache"u8))
                _usage.CacheRead = count;
            else if (Has(name, "reasoning"u8) || Has(name, "thoughts"u8))
                _usage.Reasoning = count;
            else if (Has(name, "audio"u8))
                _ = isOutput ? _usage.OutputAudio = count : _usage.InputAudio = count;
            else if (Has(name, "image"u8))
                _ = isOutput ? _usage.OutputImage = count : _usage.InputImage = count;
            else if (isOutput)
                _otherOutput = Saturating.Add(_otherOutput ?? 0, count);
            else if (isInput)
                _otherInput = Saturating.Add(_otherInput ?? 0, count);
            else
                return false;
            return true;
        }

        /// <summary>Whether the name says what is counted, and it is no tokens: <c>web_search_requests</c>, <c>audio_seconds</c>, <c>inputCost</c>.</summary>
        private static bool CountsSomethingElse(ReadOnlySpan<byte> name)
        {
            if (Has(name, "cost"u8))
                return true;
            foreach (var unit in s_otherUnits)
            {
                if (name.EndsWith(unit))
                    return true;
            }

            return false;
        }

        private static bool Has(ReadOnlySpan<byte> name, ReadOnlySpan<byte> word) => name.IndexOf(word) >= 0;

        private static long? Sum(params ReadOnlySpan<long?> counts)
        {
            long? sum = null;
            foreach (var count in counts)
            {
                if (count is { } known)
                    sum = Saturating.Add(sum ?? 0, known);
            }

            return sum;
        }
    }
}
