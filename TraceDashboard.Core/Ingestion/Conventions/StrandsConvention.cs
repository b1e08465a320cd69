namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Strands Agents speak OTel's names, but for the tokens that were written to a cache, and waits in milliseconds.</summary>
internal static class StrandsConvention
{
    public static readonly Source[] Sources =
    [
        new("gen_ai.usage.cache_write_input_tokens", Field.CacheWriteTokens, 35),
        new("gen_ai.server.time_to_first_token", Field.TimeToFirstToken, 60, SourceForm.SecondsOrMilliseconds),
    ];

    /// <summary>Whether the spans of an instrumentation scope are its: <c>strands.telemetry.tracer</c>, <c>strands-agents</c>.</summary>
    public static bool IsScope(ReadOnlySpan<byte> scope) => scope.StartsWith("strands"u8);
}
