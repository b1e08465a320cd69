using System.Buffers;
using System.Text;
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

    /// <summary>Null when no tokens are told.</summary>
    /// <param name="details">The JSON of <c>usageDetails</c>.</param>
    /// <param name="legacy">The JSON of <c>usage</c>; what the details say counts more.</param>
    public static TokenUsage? From(ReadOnlySpan<byte> details, ReadOnlySpan<byte> legacy = default)
    {
        var counts = new Counts();
        if (IsTokens(legacy))
            counts.TakeAll(legacy);
        counts.TakeAll(details);
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

    /// <summary>Characters, seconds and the like are no tokens.</summary>
    private static bool IsTokens(ReadOnlySpan<byte> legacy)
    {
        var leaves = new JsonLeaves(legacy, stackalloc byte[MaxNameLength]);
        while (leaves.Next())
        {
            if (leaves.Path.SequenceEqual("unit"u8))
                return leaves.Text(MaxNameLength) is null or "TOKENS";
        }

        return true;
    }

    /// <summary>Counts by bucket as they were told.</summary>
    private struct Counts
    {
        private ReportedUsage _usage;
        private long? _otherInput;
        private long? _otherOutput;
        private bool _overlap;

        public void TakeAll(ReadOnlySpan<byte> json)
        {
            Span<byte> lower = stackalloc byte[MaxNameLength];
            var leaves = new JsonLeaves(json, stackalloc byte[MaxNameLength]);
            while (leaves.Next())
            {
                if (leaves.Count is { } count && Ascii.ToLower(leaves.Path, lower, out var length) == OperationStatus.Done)
                    Take(lower[..length], count);
            }
        }

        public readonly TokenUsage? ToUsage()
        {
            var usage = _usage;
            var write = usage.CacheWriteTotal;
            var inputParts = Sum(usage.CacheRead, write, usage.InputAudio, usage.InputImage);
            var outputParts = Sum(usage.Reasoning, usage.OutputAudio, usage.OutputImage);
            if (Sum(usage.Input, usage.Output, inputParts, outputParts, _otherInput, _otherOutput) is null)
                return null;

            // A total that leaves the parts out tells that they are within input and output.
            if (_overlap || (Sum(inputParts, outputParts) > 0 && usage.Total is { } total && total == Sum(usage.Input, usage.Output)))
            {
                // Parts of plain text (OpenAI tells text and accepted predictions) are in the totals already.
                usage.Input ??= _otherInput;
                usage.Output ??= _otherOutput;
                return UsageBuckets.From(usage, SpanKind.Generation);
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
                Rule = UsageRule.Disjoint,
            };
        }

        /// <param name="name">In lower case, with the names of the objects that it is in.</param>
        private void Take(ReadOnlySpan<byte> name, long count)
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
            else if (name.IndexOf((byte)'.') is var dot && dot < 0)
                TakePart(name, Has(name, "output"u8) || Has(name, "completion"u8), count);
            else if (name.StartsWith("prompt_tokens_details."u8) || name.StartsWith("input_tokens_details."u8))
                TakeWithin(name[(dot + 1)..], isOutput: false, count);
            else if (name.StartsWith("completion_tokens_details."u8) || name.StartsWith("output_tokens_details."u8))
                TakeWithin(name[(dot + 1)..], isOutput: true, count);
        }

        private void TakeWithin(ReadOnlySpan<byte> name, bool isOutput, long count)
        {
            _overlap = true;
            TakePart(name, isOutput, count);
        }

        /// <summary>Names of parts are free; what they hold is in them.</summary>
        private void TakePart(ReadOnlySpan<byte> name, bool isOutput, long count)
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
            else if (_overlap || Has(name, "input"u8) || Has(name, "prompt"u8))
                _otherInput = Saturating.Add(_otherInput ?? 0, count);
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
