namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Token counts under the names that OpenAI's and Anthropic's answers have. Many clients pass those on, or have taken them over.</summary>
internal static class ProviderUsage
{
    /// <summary>Takes a count that is not known yet; other names are passed over.</summary>
    /// <param name="name">With the names of the objects that it is in, a dot between two.</param>
    public static void Take(ReadOnlySpan<byte> name, long count, ref ReportedUsage usage)
    {
        if (name.SequenceEqual("input_tokens"u8) || name.SequenceEqual("prompt_tokens"u8))
            usage.Input ??= count;
        else if (name.SequenceEqual("output_tokens"u8) || name.SequenceEqual("completion_tokens"u8))
            usage.Output ??= count;
        else if (name.SequenceEqual("total_tokens"u8))
            usage.Total ??= count;
        else if (name.SequenceEqual("cache_read_input_tokens"u8) || name.SequenceEqual("input_tokens_details.cached_tokens"u8) || name.SequenceEqual("prompt_tokens_details.cached_tokens"u8))
            usage.CacheRead ??= count;
        else if (name.SequenceEqual("cache_creation_input_tokens"u8))
            usage.CacheWrite ??= count;
        else if (name.SequenceEqual("cache_creation.ephemeral_5m_input_tokens"u8))
            usage.CacheWrite5m ??= count;
        else if (name.SequenceEqual("cache_creation.ephemeral_1h_input_tokens"u8))
            usage.CacheWrite1h ??= count;
        else if (name.SequenceEqual("output_tokens_details.reasoning_tokens"u8) || name.SequenceEqual("completion_tokens_details.reasoning_tokens"u8))
            usage.Reasoning ??= count;
    }
}
