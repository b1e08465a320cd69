using TraceDashboard.Core.Merge;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>
/// Turns the records of a request into updates, a batch at a time, so that what a large body decodes to never has to be held whole. A
/// record that cannot be taken is noted in <see cref="Rejections"/> and costs no other.
/// </summary>
internal interface IOtlpDecoder
{
    Rejections Rejections { get; }

    /// <summary>Whether there was a good record so far.</summary>
    bool AnyDecoded { get; }

    /// <summary>About how many bytes the last batch takes.</summary>
    long BatchBytes { get; }

    /// <summary>Decodes records until about <paramref name="maxBytes"/> are filled; null at the end.</summary>
    IngestBatch? Next(long maxBytes);
}
