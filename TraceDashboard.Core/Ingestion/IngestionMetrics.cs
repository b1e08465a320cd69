using System.Diagnostics.Metrics;
using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Ingestion;

/// <summary>What ingestion tells of itself as metrics.</summary>
public sealed class IngestionMetrics : IRefusalCounter
{
    public const string MeterName = "TraceDashboard.Ingestion";

    private const string Reason = "reason";

    private readonly Meter _meter;
    private readonly Counter<long> _received;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _commitDuration;

    public IngestionMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _received = _meter.CreateCounter<long>("ingestion.spans.received", "{span}", "Spans that senders brought.");
        _accepted = _meter.CreateCounter<long>("ingestion.spans.accepted", "{span}", "Spans that were committed and acknowledged.");
        _rejected = _meter.CreateCounter<long>("ingestion.spans.rejected", "{span}", "Spans that were not stored, by reason: invalid, store, unavailable.");
        _dropped = _meter.CreateCounter<long>("ingestion.spans.dropped", "{span}", "Spans that were acknowledged and not kept, because their project wants it so, by reason: sampled.");
        _refused = _meter.CreateCounter<long>("ingestion.requests.refused", "{request}", "Requests that were told to come again, by reason: overload, stopping, fault.");
        _commitDuration = _meter.CreateHistogram(
            "ingestion.commit.duration", "s", "Time of a transaction, from its first statement to the end of its commit.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] });
    }

    internal void Invalid(long spans)
    {
        _received.Add(spans);
        _rejected.Add(spans, new KeyValuePair<string, object?>(Reason, "invalid"));
    }

    internal void Received(int spans) => _received.Add(spans);

    internal void Accepted(int spans) => _accepted.Add(spans);

    internal void RefusedByStore(int spans) => _rejected.Add(spans, new KeyValuePair<string, object?>(Reason, "store"));

    internal void Unavailable(int spans) => _rejected.Add(spans, new KeyValuePair<string, object?>(Reason, "unavailable"));

    internal void SampledOut(int spans) => _dropped.Add(spans, new KeyValuePair<string, object?>(Reason, "sampled"));

    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>(Reason, reason));

    internal void Committed(TimeSpan duration) => _commitDuration.Record(duration.TotalSeconds);

    /// <summary>What waits is asked for when somebody looks.</summary>
    internal void Observe(Func<int> items, Func<long> bytes, Func<TimeSpan> oldest)
    {
        _meter.CreateObservableGauge("ingestion.queue.items", items, "{batch}", "Batches that wait for a transaction.");
        _meter.CreateObservableGauge("ingestion.queue.bytes", bytes, "By", "Bytes of requests that are not committed yet, as counted against Ingestion:MaxBytesInFlight.");
        _meter.CreateObservableGauge("ingestion.queue.oldest", () => oldest().TotalSeconds, "s", "Age of the oldest batch that waits for a transaction.");
    }
}
