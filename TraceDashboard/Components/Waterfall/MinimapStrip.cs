using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Waterfall;

/// <summary>
/// A whole trace as a small picture: columns of time, lanes of rows. Each cell is 0 (nothing) or the kind plus one, with
/// <see cref="ErrorBit"/> where a span in it failed and <see cref="OpenBit"/> where one goes on. As pairs of a run's length and its cell it takes a few hundred bytes.
/// </summary>
public static class MinimapStrip
{
    public const int Columns = 600;
    public const int MaxLanes = 20;
    public const byte ErrorBit = 0x80;
    public const byte OpenBit = 0x40;

    // A span is at least this wide, or it could not be seen.
    private const int MinWidth = 2;

    public static int Lanes(VisibleRows rows) => Math.Min(rows.Count, MaxLanes);

    /// <param name="end">Where the picture and open spans end, in nanoseconds since the Unix epoch.</param>
    public static byte[] Draw(VisibleRows rows, long end)
    {
        var tree = rows.Tree;
        var lanes = Lanes(rows);
        var cells = new byte[lanes * Columns];
        var perNano = Columns / (double)Math.Max(1, end - tree.StartTime);
        for (var place = 0; place < rows.Count; place++)
        {
            var row = rows.RowAt(place);
            if (tree.Has(row, TraceRowFlags.MissingParent))
                continue;
            var from = Math.Clamp((int)((tree.Start[row] - tree.StartTime) * perNano), 0, Columns - MinWidth);
            var to = Math.Clamp((int)(((tree.Has(row, TraceRowFlags.Open) ? end : tree.End[row]) - tree.StartTime) * perNano), from + MinWidth, Columns);
            var cell = (byte)((byte)tree.Kind[row] + 1);
            if (tree.Has(row, TraceRowFlags.Error))
                cell |= ErrorBit;
            if (tree.Has(row, TraceRowFlags.Open))
                cell |= OpenBit;
            var lane = cells.AsSpan((int)((long)place * lanes / rows.Count) * Columns, Columns);
            for (var column = from; column < to; column++)
            {
                // Many rows share a lane in long traces: an error is never painted over.
                if ((lane[column] & ErrorBit) == 0)
                    lane[column] = cell;
            }
        }

        return RunLengths(cells);
    }

    private static byte[] RunLengths(byte[] cells)
    {
        var runs = new List<byte>(256);
        for (var at = 0; at < cells.Length;)
        {
            var length = 1;
            while (length < byte.MaxValue && at + length < cells.Length && cells[at + length] == cells[at])
                length++;
            runs.Add((byte)length);
            runs.Add(cells[at]);
            at += length;
        }

        return [.. runs];
    }
}
