namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Google's Agent Development Kit: requests and replies of Gemini as JSON; <c>{}</c> where there is none or content is off.</summary>
internal static class GoogleAdkConvention
{
    /// <summary>What it writes for an id that is missing.</summary>
    public const string NoId = "<not specified>";

    public static readonly Source[] Sources =
    [
        new("gcp.vertex.agent.llm_request", Field.Input, 48, SourceForm.NothingIfEmptyObject),
        new("gcp.vertex.agent.data", Field.Input, 49, SourceForm.NothingIfEmptyObject),
        new("gcp.vertex.agent.llm_response", Field.Output, 48, SourceForm.NothingIfEmptyObject),
        new("gcp.vertex.agent.llm_response", Field.AdkResponse, 10, SourceForm.NothingIfEmptyObject),
        new("gcp.vertex.agent.tool_call_args", Field.ToolArguments, 30, SourceForm.NothingIfEmptyObject),
        new("gcp.vertex.agent.tool_response", Field.ToolResult, 30, SourceForm.NothingIfEmptyObject),
        new("gcp.vertex.agent.session_id", Field.SessionId, 70),
    ];

    /// <summary>Gemini's own counts: cached content is part of the prompt, thoughts are no part of the candidates.</summary>
    public static void Complete(Candidates found, ref ReportedUsage usage)
    {
        if (!found.Has(Field.AdkResponse))
            return;
        long? candidates = null, thoughts = null;
        var leaves = new JsonLeaves(found.Json(Field.AdkResponse), stackalloc byte[256]);
        while (leaves.Next())
        {
            if (!leaves.Path.StartsWith("usage_metadata."u8) || leaves.Count is not { } count)
                continue;
            var name = leaves.Path["usage_metadata.".Length..];
            if (name.SequenceEqual("prompt_token_count"u8))
                usage.Input ??= count;
            else if (name.SequenceEqual("cached_content_token_count"u8))
                usage.CacheRead ??= count;
            else if (name.SequenceEqual("candidates_token_count"u8))
                candidates = count;
            else if (name.SequenceEqual("thoughts_token_count"u8))
                thoughts = count;
        }

        usage.Reasoning ??= thoughts;
        if (candidates is not null && (usage.Output is null || usage.Output == candidates))
            usage.Output = candidates + (thoughts ?? 0);
    }
}
