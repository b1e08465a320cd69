namespace TraceDashboard.Core.Traces;

/// <summary>
/// One reader's view of a shared <see cref="TraceTree"/>: which rows remain when some are collapsed. Immutable. Only the collapsed
/// rows are held, so a view without any costs nothing, and a click costs as much as there are collapsed rows, not rows.
/// </summary>
public sealed class VisibleRows
{
    private readonly TraceTree _tree;

    /// <summary>All collapsed rows, ascending.</summary>
    private readonly int[] _collapsed;

    /// <summary>Those of them that are visible themselves: their subtrees are the ranges that are skipped.</summary>
    private readonly int[] _skips;

    /// <summary>How many rows the skips before the one with the same index hide; one longer than <see cref="_skips"/>.</summary>
    private readonly int[] _hiddenBefore;

    public VisibleRows(TraceTree tree)
        : this(tree, [])
    {
    }

    private VisibleRows(TraceTree tree, int[] collapsed)
    {
        _tree = tree;
        _collapsed = collapsed;
        var skips = new int[collapsed.Length];
        var hiddenBefore = new int[collapsed.Length + 1];
        var count = 0;
        var end = -1;
        foreach (var row in collapsed)
        {
            if (row <= end)
                continue;
            end = tree.LastDescendant[row];
            skips[count] = row;
            hiddenBefore[count + 1] = hiddenBefore[count] + end - row;
            count++;
        }

        _skips = skips[..count];
        _hiddenBefore = hiddenBefore[..(count + 1)];
    }

    public TraceTree Tree => _tree;

    /// <summary>How many rows are visible.</summary>
    public int Count => _tree.Count - _hiddenBefore[^1];

    /// <summary>The row that is shown at a place, from 0 to <see cref="Count"/> - 1.</summary>
    public int RowAt(int place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, Count);
        int low = 0, high = _skips.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_skips[middle] - _hiddenBefore[middle] < place)
                low = middle + 1;
            else
                high = middle;
        }

        return place + _hiddenBefore[low];
    }

    /// <summary>The place of a row, or of the collapsed row that hides it.</summary>
    public int PlaceOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, _tree.Count);
        var skip = Array.BinarySearch(_skips, row);
        if (skip >= 0)
            return row - _hiddenBefore[skip];
        var before = ~skip - 1;
        if (before >= 0 && row <= _tree.LastDescendant[_skips[before]])
            return _skips[before] - _hiddenBefore[before];
        return row - _hiddenBefore[before + 1];
    }

    public bool IsVisible(int row) => RowAt(PlaceOf(row)) == row;

    public bool IsCollapsed(int row) => Array.BinarySearch(_collapsed, row) >= 0;

    /// <summary>Hides the descendants of a row; leaves have none and stay as they are.</summary>
    public VisibleRows Collapse(int row)
    {
        var at = Array.BinarySearch(_collapsed, row);
        if (at >= 0 || _tree.ChildCount[row] == 0)
            return this;
        var collapsed = new int[_collapsed.Length + 1];
        _collapsed.AsSpan(0, ~at).CopyTo(collapsed);
        collapsed[~at] = row;
        _collapsed.AsSpan(~at).CopyTo(collapsed.AsSpan(~at + 1));
        return new VisibleRows(_tree, collapsed);
    }

    /// <summary>Shows the children of a row; those that were collapsed themselves stay so.</summary>
    public VisibleRows Expand(int row)
    {
        var at = Array.BinarySearch(_collapsed, row);
        return at < 0 ? this : new VisibleRows(_tree, [.. _collapsed.AsSpan(0, at), .. _collapsed.AsSpan(at + 1)]);
    }

    public VisibleRows Toggle(int row) => IsCollapsed(row) ? Expand(row) : Collapse(row);

    /// <summary>Expands whatever hides a row.</summary>
    public VisibleRows Reveal(int row)
    {
        var others = Array.FindAll(_collapsed, c => c >= row || row > _tree.LastDescendant[c]);
        return others.Length == _collapsed.Length ? this : new VisibleRows(_tree, others);
    }

    public VisibleRows ExpandAll() => _collapsed.Length == 0 ? this : new VisibleRows(_tree);

    public VisibleRows CollapseAll()
    {
        var collapsed = new List<int>();
        for (var row = 0; row < _tree.Count; row++)
        {
            if (_tree.ChildCount[row] > 0)
                collapsed.Add(row);
        }

        return new VisibleRows(_tree, [.. collapsed]);
    }

    /// <summary>The same spans collapsed in another version of the trace.</summary>
    public VisibleRows On(TraceTree tree)
    {
        if (ReferenceEquals(tree, _tree))
            return this;
        var collapsed = new SortedSet<int>();
        foreach (var row in _collapsed)
        {
            var other = tree.RowOf(_tree.SpanId[row]);
            if (other >= 0 && tree.ChildCount[other] > 0)
                collapsed.Add(other);
        }

        return new VisibleRows(tree, [.. collapsed]);
    }
}
