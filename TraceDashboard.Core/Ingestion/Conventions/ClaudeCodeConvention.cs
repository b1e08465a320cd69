using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Claude Code's traces (beta): bare names, and Anthropic's counts, in which the input leaves out what is cached. Contents that the user
/// has not opted in to are <c>&lt;REDACTED&gt;</c>.
/// </summary>
internal static class ClaudeCodeConvention
{
    public static readonly Source[] Sources =
    [
        new("span.type", Field.SpanType, 10),
        new("model", Field.RequestModel, SpanMapper.VagueModel - 1),
        new("input_tokens", Field.InputTokens, 100),
        new("output_tokens", Field.OutputTokens, 100),
        new("cache_read_tokens", Field.CacheReadTokens, 110),
        new("cache_creation_tokens", Field.CacheWriteTokens, 110),
        new("ttft_ms", Field.TimeToFirstToken, 70, SourceForm.Milliseconds),
        new("new_context", Field.Input, 83, SourceForm.NothingIfRedacted),
        new("user_prompt", Field.Input, 84, SourceForm.NothingIfRedacted),
        new("response.model_output", Field.Output, 84, SourceForm.NothingIfRedacted),
        new("tool_name", Field.ToolName, 60),
        new("tool_input", Field.ToolArguments, 70, SourceForm.NothingIfRedacted),
        new("error", Field.ErrorMessage, 30),
    ];

    /// <summary>Of the event <c>tool.output</c>.</summary>
    public static readonly Source[] ToolOutputSources =
    [
        new("output", Field.ToolResult, 80, SourceForm.NothingIfRedacted),
        new("content", Field.ToolResult, 81, SourceForm.NothingIfRedacted),
        new("diff", Field.ToolResult, 82, SourceForm.NothingIfRedacted),
    ];

    public static SpanKind? KindOf(ReadOnlySpan<byte> word) =>
        Words.Find(s_kinds, word.StartsWith("claude_code."u8) ? word["claude_code.".Length..] : word);

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Generation, ["llm_request"]), (SpanKind.Tool, ["tool"]), (SpanKind.Agent, ["interaction"]));

    public static void Complete(Candidates found, ref ReportedUsage usage)
    {
        if (found.Key(Field.InputTokens).SequenceEqual("input_tokens"u8)
            && (KindOf(found.Utf8(Field.SpanType)) is not null || found.Utf8(Field.Provider).SequenceEqual("anthropic"u8)))
            usage.ExcludesCache = true;
    }
}
