namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Microsoft.Extensions.AI, Agent Framework and Semantic Kernel speak OTel's names; arrays come as strings of JSON, and Semantic Kernel's
/// <c>server.address</c> is a URL. Here is what only they say.
/// </summary>
internal static class MicrosoftConvention
{
    /// <summary>Name of the span around the calls of one question and their tools. Microsoft.Extensions.AI gives it no operation.</summary>
    public static ReadOnlySpan<byte> ToolLoop => "orchestrate_tools"u8;

    public static readonly Source[] Sources =
    [
        new("gen_ai.usage.input_audio_tokens", Field.InputAudioTokens, 30),
        new("gen_ai.usage.output_audio_tokens", Field.OutputAudioTokens, 30),
        new("gen_ai.usage.input_image_tokens", Field.InputImageTokens, 30),
        new("gen_ai.usage.output_image_tokens", Field.OutputImageTokens, 30),
        new("gen_ai.response.prompt_tokens", Field.InputTokens, 35),
        new("gen_ai.response.completion_tokens", Field.OutputTokens, 35),
        new("gen_ai.response.finish_reason", Field.FinishReasons, 30),
    ];
}
