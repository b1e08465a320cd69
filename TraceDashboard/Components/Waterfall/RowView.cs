using System.Globalization;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Waterfall;

/// <summary>What one row of the waterfall shows. Made for the rows that are sent, and only then.</summary>
internal readonly struct RowView(VisibleRows rows, int place, long end)
{
    /// <summary>Beyond this many levels the indent stays and a chip says how deep the row is: the name needs the room.</summary>
    public const int MaxIndent = 12;

    private readonly TraceTree _tree = rows.Tree;

    public int Row { get; } = rows.RowAt(place);

    public int Place => place;

    public string SpanId => _tree.SpanId[Row];

    public SpanKind Kind => _tree.Kind[Row];

    public int Depth => _tree.Depth[Row];

    public int Indent => Math.Min(Depth, MaxIndent);

    public int Children => _tree.ChildCount[Row];

    public bool IsCollapsed => rows.IsCollapsed(Row);

    public bool IsOpen => _tree.Has(Row, TraceRowFlags.Open);

    public bool IsMissingParent => _tree.Has(Row, TraceRowFlags.MissingParent);

    public bool IsError => _tree.Has(Row, TraceRowFlags.Error);

    public bool HasErrorBelow => !IsError && _tree.Has(Row, TraceRowFlags.ErrorBelow);

    public int SiblingCount => _tree.SiblingCount(Row);

    public int SiblingPosition => _tree.SiblingIndex[Row] + 1;

    public string Name => IsMissingParent ? $"missing parent {SpanId}" : _tree.Name[Row] ?? Kinds.Label(Kind);

    public string? Cost
    {
        get
        {
            if (!_tree.Has(Row, TraceRowFlags.CountedWithin))
                return null;
            var cost = Format.Usd(_tree.CostOf(Row));
            return _tree.CostOf(Row) is not null && _tree.Has(Row, TraceRowFlags.Unpriced) ? "≥ " + cost : cost;
        }
    }

    public string? CostTitle => IsOpen ? "So far"
        : !_tree.Has(Row, TraceRowFlags.Unpriced) ? null
        : Children == 0 ? "No price is known for this call"
        : "Calls without a known price are not in this sum";

    public string Duration => Format.Duration(UnixNanos.ToTimeSpan(EndTime - _tree.Start[Row]));

    /// <summary>Milliseconds from the start of the trace, as a CSS number.</summary>
    public string Start => Milliseconds(_tree.Start[Row] - _tree.StartTime);

    public string Width => Milliseconds(EndTime - _tree.Start[Row]);

    public string? FirstToken => _tree.FirstToken[Row] == TraceTree.Unknown || _tree.FirstToken[Row] < _tree.Start[Row]
        ? null
        : Milliseconds(_tree.FirstToken[Row] - _tree.Start[Row]);

    /// <summary>Where the duration stands: right of the bar, left of it when there is more room, else on it. In a wide and in a narrow window.</summary>
    public string LabelClass => Side("w", 0.12) + " " + Side("n", 0.3);

    /// <summary>What the marks of the row mean, for readers who do not see them.</summary>
    public string Said
    {
        get
        {
            var said = IsMissingParent ? ", not received" : ", " + Kinds.Label(Kind);
            if (IsOpen)
                said += ", running";
            if (Cost == Format.Unknown && !IsOpen)
                said += ", cost unknown";
            if (IsError)
                said += ", error";
            if (HasErrorBelow)
                said += ", error inside";
            return said;
        }
    }

    public static string Milliseconds(long nanos) => (nanos / (double)UnixNanos.PerMillisecond).ToString("0.######", CultureInfo.InvariantCulture);

    private long EndTime => IsOpen ? Math.Max(end, _tree.Start[Row]) : Math.Max(_tree.End[Row], _tree.Start[Row]);

    private string Side(string prefix, double room)
    {
        var total = Math.Max(1, end - _tree.StartTime);
        if (1 - ((EndTime - _tree.StartTime) / (double)total) >= room)
            return prefix + "-right";
        return (_tree.Start[Row] - _tree.StartTime) / (double)total >= room ? prefix + "-left" : prefix + "-on";
    }
}
