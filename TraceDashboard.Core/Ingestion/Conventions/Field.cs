namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>What dialects have names for. Each field is decided for itself: a span may carry several dialects at once.</summary>
internal enum Field : byte
{
    Kind,
    Provider,
    ServerAddress,
    RequestModel,
    ResponseModel,
    ResponseId,

    /// <summary>As reported, see <see cref="UsageBuckets"/>.</summary>
    InputTokens,
    OutputTokens,
    CacheReadTokens,
    CacheWriteTokens,
    ReasoningTokens,
    InputAudioTokens,
    OutputAudioTokens,
    InputImageTokens,
    OutputImageTokens,
    Cost,

    /// <summary>Seconds from the start.</summary>
    TimeToFirstToken,
    Streaming,
    FinishReasons,
    ServiceTier,
    ToolName,
    ToolCallId,
    AgentName,
    PromptName,
    PromptVersion,
    SystemInstructions,
    Input,
    Output,
    ErrorType,
    ErrorMessage,
    UserId,
    SessionId,
    Environment,
    Release,
    AppVersion,
    Tags,
    Metadata,
    ServiceName,
}

/// <summary>An attribute that may say what a field is.</summary>
/// <param name="Rank">Of several that are present and not empty, the one with the lowest rank counts. Ranks of all dialects are of one order.</param>
internal readonly record struct Source(string Key, Field Field, byte Rank);

/// <summary>The sources of all dialects, found by the hash of the attribute's key.</summary>
internal sealed class SourceTable
{
    private readonly (ulong Hash, Source Source)[] _slots;

    public SourceTable(params ReadOnlySpan<Source[]> dialects)
    {
        var count = 0;
        foreach (var dialect in dialects)
            count += dialect.Length;
        _slots = new (ulong, Source)[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count * 4)];
        foreach (var dialect in dialects)
        {
            foreach (var source in dialect)
            {
                var hash = RawRecord.HashOf(System.Text.Encoding.UTF8.GetBytes(source.Key));
                var slot = (int)hash & (_slots.Length - 1);
                while (_slots[slot].Source.Key is not null)
                    slot = (slot + 1) & (_slots.Length - 1);
                _slots[slot] = (hash, source);
            }
        }
    }

    public bool TryFind(ulong hash, out Source source)
    {
        for (var slot = (int)hash & (_slots.Length - 1); _slots[slot].Source.Key is not null; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (_slots[slot].Hash == hash)
            {
                source = _slots[slot].Source;
                return true;
            }
        }

        source = default;
        return false;
    }
}
