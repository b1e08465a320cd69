namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Token counts as a client reports them: parts may be contained in totals.</summary>
internal struct ReportedUsage
{
    public long? Input;
    public long? UncachedInput;
    public long? Output;
    public long? Total;
    public long? CacheRead;

    /// <summary>Whatever its lifetime.</summary>
    public long? CacheWrite;

    /// <summary>The part of <see cref="CacheWrite"/> with the provider's short lifetime.</summary>
    public long? CacheWrite5m;

    /// <summary>The part of it with a lifetime of one hour.</summary>
    public long? CacheWrite1h;
    public long? Reasoning;
    public long? InputAudio;
    public long? OutputAudio;
    public long? InputImage;
    public long? OutputImage;

    /// <summary>It is known that the input does not contain what was read from and written to a cache.</summary>
    public bool ExcludesCache;

    /// <summary>As reported, or the sum of its parts.</summary>
    public readonly long? CacheWriteTotal => CacheWrite ?? ((CacheWrite5m ?? CacheWrite1h) is null ? null : (CacheWrite5m ?? 0) + (CacheWrite1h ?? 0));
}
