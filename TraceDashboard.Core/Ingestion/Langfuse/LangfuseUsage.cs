using System.Globalization;
using System.Text.Json;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Langfuse;

/// <summary>
/// Tokens and costs of a generation. <c>usageDetails</c> has free names for counts that do not overlap, or is what OpenAI
/// answered, where totals include their parts; <c>usage</c> is its predecessor, which also carried costs.
/// </summary>
internal static class LangfuseUsage
{
    private const long MaxCount = 1_000_000_000_000;

    /// <summary>Null when no tokens are told.</summary>
    public static TokenUsage? Tokens(JsonElement? usage, JsonElement? usageDetails)
    {
        var counts = new Counts();
        if (usage is { ValueKind: JsonValueKind.Object } legacy && IsTokens(legacy))
            Take(legacy, "", ref counts);
        if (usageDetails is { ValueKind: JsonValueKind.Object } details)
            Take(details, "", ref counts);
        return counts.ToUsage();
    }

    /// <summary>The total in USD, or the sum of its parts; null when none is told.</summary>
    public static decimal? Cost(JsonElement? usage, JsonElement? costDetails)
    {
        var costs = new Dictionary<string, decimal>(StringComparer.Ordinal);
        if (usage is { ValueKind: JsonValueKind.Object } legacy)
        {
            foreach (var (name, key) in new[] { ("inputCost", "input"), ("outputCost", "output"), ("totalCost", "total") })
            {
                if (legacy.TryGetProperty(name, out var cost))
                    Take(key, cost);
            }
        }

        if (costDetails is { ValueKind: JsonValueKind.Object } details)
        {
            foreach (var member in details.EnumerateObject())
                Take(member.Name, member.Value);
        }

        if (costs.TryGetValue("total", out var total))
            return total;
        return costs.Count == 0 ? null : costs.Values.Sum();

        void Take(string key, JsonElement value)
        {
            // What is more than nine million dollars is a mistake in the unit, and cannot be stored.
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var cost) && cost is >= 0 and <= 9_000_000)
                costs[key] = cost;
        }
    }

    /// <summary>Characters, seconds and the like are no tokens.</summary>
    private static bool IsTokens(JsonElement usage) =>
        !usage.TryGetProperty("unit"u8, out var unit) || unit.ValueKind != JsonValueKind.String || unit.ValueEquals("TOKENS"u8);

    private static void Take(JsonElement counts, string prefix, ref Counts into)
    {
        foreach (var member in counts.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Object && member.Name.EndsWith("_tokens_details", StringComparison.Ordinal) && prefix.Length == 0)
            {
                into.Overlap = true;
                Take(member.Value, member.Name is "prompt_tokens_details" or "input_tokens_details" ? "input_" : "output_", ref into);
            }
            else if (Count(member.Value) is { } count)
            {
                into.Take(prefix + member.Name, count);
            }
        }
    }

    /// <summary>A whole number that is not negative, or a text of one; anything else is left out, as Langfuse does.</summary>
    private static long? Count(JsonElement value)
    {
        decimal number;
        if (value.ValueKind == JsonValueKind.Number ? !value.TryGetDecimal(out number) : !decimal.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : null, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return null;
        return number is >= 0 and <= MaxCount && number == decimal.Truncate(number) ? (long)number : null;
    }

    /// <summary>Counts by bucket as they were told.</summary>
    private struct Counts
    {
        public bool Overlap;

        private long? _input;
        private long? _output;
        private long? _total;
        private long? _cacheRead;
        private long? _cacheWrite5m;
        private long? _cacheWrite1h;
        private long? _cacheWrite;
        private long? _reasoning;
        private long? _inputAudio;
        private long? _outputAudio;
        private long? _inputImage;
        private long? _outputImage;
        private long? _otherInput;
        private long? _otherOutput;

        public void Take(string name, long count)
        {
            switch (name)
            {
                case "input" or "input_tokens" or "promptTokens" or "prompt_token_count":
                    _input = count;
                    break;
                case "output" or "output_tokens" or "completionTokens" or "candidates_token_count":
                    _output = count;
                    break;
                case "prompt_tokens":
                    (_input, Overlap) = (count, true);
                    break;
                case "completion_tokens":
                    (_output, Overlap) = (count, true);
                    break;
                case "total" or "total_tokens" or "totalTokens" or "total_token_count":
                    _total = count;
                    break;
                default:
                    TakePart(name.ToLowerInvariant(), count);
                    break;
            }
        }

        /// <summary>Names of parts are free; what they hold is in them.</summary>
        private void TakePart(string name, long count)
        {
            var isOutput = name.Contains("output", StringComparison.Ordinal) || name.Contains("completion", StringComparison.Ordinal);
            if (Has(name, "creation") || Has(name, "cache_write") || Has(name, "cachewrite"))
                _ = Has(name, "1h") ? _cacheWrite1h = count : Has(name, "5m") ? _cacheWrite5m = count : _cacheWrite = count;
            else if (Has(name, "cache"))
                _cacheRead = count;
            else if (Has(name, "reasoning") || Has(name, "thoughts"))
                _reasoning = count;
            else if (Has(name, "audio"))
                _ = isOutput ? _outputAudio = count : _inputAudio = count;
            else if (Has(name, "image"))
                _ = isOutput ? _outputImage = count : _inputImage = count;
            else if (isOutput)
                _otherOutput = Saturating.Add(_otherOutput ?? 0, count);
            else if (Has(name, "input") || Has(name, "prompt"))
                _otherInput = Saturating.Add(_otherInput ?? 0, count);
        }

        public readonly TokenUsage? ToUsage()
        {
            var cacheWrite5m = Sum(_cacheWrite5m, _cacheWrite);
            var inputParts = Sum(_cacheRead, cacheWrite5m, _cacheWrite1h, _inputAudio, _inputImage);
            var outputParts = Sum(_reasoning, _outputAudio, _outputImage);
            var (input, output) = (_input, _output);

            // A total that leaves the parts out tells that they are within input and output.
            var overlap = Overlap || (Sum(inputParts, outputParts) > 0 && _total is { } total && total == Sum(input, output));
            if (overlap)
            {
                // Parts of plain text (OpenAI tells text and accepted predictions) are in the totals already.
                input = input is null ? _otherInput : Math.Max(0, input.Value - (inputParts ?? 0));
                output = output is null ? _otherOutput : Math.Max(0, output.Value - (outputParts ?? 0));
            }
            else
            {
                (input, output) = (Sum(input, _otherInput), Sum(output, _otherOutput));

                // What a total leaves beside the output is input.
                if (input is null && output is not null && _total - Sum(output, inputParts, outputParts) is >= 0 and var rest)
                    input = rest;
            }

            if (Sum(input, output, inputParts, outputParts) is null)
                return null;
            return new TokenUsage
            {
                Input = input,
                CacheRead = _cacheRead,
                CacheWrite5m = cacheWrite5m,
                CacheWrite1h = _cacheWrite1h,
                Output = output,
                Reasoning = _reasoning,
                InputAudio = _inputAudio,
                OutputAudio = _outputAudio,
                InputImage = _inputImage,
                OutputImage = _outputImage,
                Rule = overlap ? UsageRule.InputIncludesCache : UsageRule.Disjoint,
            };
        }

        private static bool Has(string name, string word) => name.Contains(word, StringComparison.Ordinal);

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
