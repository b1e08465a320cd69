namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>OpenLIT, beside OTel's names: parts of token counts under the names of OpenAI's answer.</summary>
internal static class OpenLitConvention
{
    public static readonly Source[] Sources =
    [
        new("gen_ai.usage.prompt_tokens_details.cache_read", Field.CacheReadTokens, 91),
        new("gen_ai.usage.prompt_tokens_details.cached_tokens", Field.CacheReadTokens, 92),
        new("gen_ai.usage.prompt_tokens_details.cache_write", Field.CacheWriteTokens, 91),
        new("gen_ai.usage.prompt_tokens_details.audio", Field.InputAudioTokens, 91),
        new("gen_ai.usage.prompt_tokens_details.audio_tokens", Field.InputAudioTokens, 92),
        new("gen_ai.usage.completion_tokens_details.reasoning", Field.ReasoningTokens, 91),
        new("gen_ai.usage.completion_tokens_details.reasoning_tokens", Field.ReasoningTokens, 92),
        new("gen_ai.usage.completion_tokens_details.audio", Field.OutputAudioTokens, 91),
        new("gen_ai.usage.completion_tokens_details.audio_tokens", Field.OutputAudioTokens, 92),
        new("gen_ai.request.is_stream", Field.Streaming, 50),
        new("gen_ai.request.user", Field.UserId, 62),
        new("gen_ai.tool.args", Field.ToolArguments, 50),
    ];
}
