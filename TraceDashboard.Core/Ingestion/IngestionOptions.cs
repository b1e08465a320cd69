using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Core.Ingestion;

public sealed class IngestionOptions
{
    public const string Section = "Ingestion";

    /// <summary>Accept keyless calls from loopback into the default project. Default: on in Development only.</summary>
    public bool? AllowAnonymous { get; set; }

    /// <summary>Largest request body after decompression; larger ones get 413.</summary>
    [Range(1024, 1L << 31)]
    public long MaxBodyBytes { get; set; } = 64 << 20;

    /// <summary>
    /// Bytes of requests that may be held at once, as they arrive and as they are decoded, until they are committed. Beyond,
    /// senders are told to come again. What arrives of one key, or of one address without, has a quarter of it, but never less
    /// than one largest body; a request that is alone is always let in.
    /// </summary>
    [Range(1 << 20, 1L << 40)]
    public long MaxBytesInFlight { get; set; } = 128 << 20;

    /// <summary>Least bytes a second that a body brings; slower ones get 408.</summary>
    [Range(1, 1 << 30)]
    public int MinBodyRate { get; set; } = 1024;

    /// <summary>Over how long <see cref="MinBodyRate"/> is measured, again and again until the body has come.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan BodyPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most spans that are written in one transaction.</summary>
    [Range(1, 100_000)]
    public int MaxBatchSpans { get; set; } = 2_048;

    /// <summary>Writers side by side on PostgreSQL; SQLite has one.</summary>
    [Range(1, 64)]
    public int PostgresWriters { get; set; } = 2;

    /// <summary>
    /// Least time between the beginnings of two transactions. What comes in meanwhile is written together: a transaction of
    /// twenty small updates costs hardly more than one of two. Nothing waits when the last one began longer ago.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>What a sender is told to wait when there is no room or no store.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a stopping server goes on writing what it has taken in.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest text in a field (input, output, an attribute), in bytes; longer ones are cut and say so.</summary>
    [Range(256, 1 << 30)]
    public int MaxFieldBytes { get; set; } = 16 << 20;

    /// <summary>Longest id, name, model and other short text, in characters.</summary>
    [Range(16, 10_000)]
    public int MaxNameLength { get; set; } = 1_000;

    /// <summary>Most attributes (those of its events and links included), most events and most links that are kept of one span; the rest is left out and counted.</summary>
    [Range(1, 1_000_000)]
    public int MaxSpanItems { get; set; } = 10_000;

    /// <summary>How deep arrays and objects in an attribute may nest; what lies deeper is cut and says so.</summary>
    [Range(1, 500)]
    public int MaxAttributeDepth { get; set; } = 32;

    /// <summary>
    /// Longest resource or instrumentation scope, in bytes of JSON. They are stored with every span, so what is too long here
    /// would be multiplied; attributes that do not fit are left out and counted.
    /// </summary>
    [Range(256, 1 << 24)]
    public int MaxResourceBytes { get; set; } = 64 << 10;
}
