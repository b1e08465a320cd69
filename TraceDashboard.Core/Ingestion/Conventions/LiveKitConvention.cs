namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>LiveKit's agents, beside OTel's names.</summary>
internal static class LiveKitConvention
{
    public static readonly Source[] Sources =
    [
        new("lk.input_text", Field.Input, 75),
        new("lk.user_transcript", Field.Input, 76),
        new("lk.chat_ctx", Field.Input, 77),
        new("lk.response.text", Field.Output, 80),
        new("lk.function_tool.name", Field.ToolName, 35),
        new("lk.function_tool.output", Field.ToolResult, 70),
    ];
}
