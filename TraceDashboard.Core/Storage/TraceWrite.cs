using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>What a transaction brings of one trace, joined.</summary>
internal sealed class TraceWrite(int projectId, string traceId)
{
    private readonly UpdatesBy<string, SpanUpdate> _spans = new(SpanMerge.JoinAll);

    public int ProjectId { get; } = projectId;

    public string TraceId { get; } = traceId;

    /// <summary>See <see cref="IngestBatch.Redactor"/>.</summary>
    public IPieceRedactor? Redactor { get; set; }

    public TraceUpdate? Own { get; set; }

    public Dictionary<string, SpanUpdate> Spans => _spans.Join();

    /// <summary>What spans of the transaction say of the trace itself once they are merged with what is stored.</summary>
    public void Add(TraceUpdate update) => Own = Own is { } own ? TraceMerge.JoinAll([own, update]) : update;

    public void Add(SpanUpdate update)
    {
        Normalise(update);
        _spans.Add(update.SpanId, update);
    }

    /// <summary>Gives values the form in which they are stored, because a merge must not see two forms of one value.</summary>
    private static void Normalise(SpanUpdate update)
    {
        if (update.Has(SpanField.Kind))
            update.Kind ??= SpanKind.Span;
        if (update.Has(SpanField.Status))
            update.Status ??= SpanStatus.Unset;
        if (update.ReportedCost is { } usd)
            update.ReportedCost = PicoDollars.ToUsd(PicoDollars.FromUsd(usd));
    }
}
