using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Upkeep;

/// <summary>Lets upkeep take its share of the time, and no more, while batches are written beside it.</summary>
/// <param name="share">Between 0 and 1.</param>
internal sealed class UpkeepPace(SpanWriter writer, TimeProvider time, double share)
{
    private long _begun;

    /// <summary>To be called after each piece of work: waits, unless nothing has been written since the last one.</summary>
    /// <param name="work">How long the piece took, without its own waiting.</param>
    public Task RestAsync(TimeSpan work, CancellationToken cancellationToken)
    {
        var (begun, isWriting) = writer.Batches;
        var busy = isWriting || begun != _begun;
        _begun = begun;
        return busy ? Task.Delay(work * ((1 / share) - 1), time, cancellationToken) : Task.CompletedTask;
    }
}
