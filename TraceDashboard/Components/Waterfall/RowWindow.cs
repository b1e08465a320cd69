namespace TraceDashboard.Components.Waterfall;

/// <summary>The part of a long list that the browser has: what is in view, and some before and after it.</summary>
/// <param name="First">Place of the first row, from 0.</param>
public readonly record struct RowWindow(int First, int Count)
{
    /// <summary>Rows that are sent for a view of common height.</summary>
    public const int Usual = 120;

    /// <summary>Rows that are sent at most.</summary>
    public const int Most = 200;

    /// <summary>The view alone: what a page that opens shows first, so that it shows it soon.</summary>
    /// <inheritdoc cref="Around"/>
    public static RowWindow From(int top, int inView, int total)
    {
        var count = Math.Min(total, inView);
        return new RowWindow(Math.Clamp(top, 0, total - count), count);
    }

    /// <summary>40 % of what is sent beyond the view lies before it, 60 % after: readers go down more than up.</summary>
    /// <param name="top">Place of the first row in view.</param>
    /// <param name="inView">Rows that the view holds.</param>
    /// <param name="total">Rows of the list.</param>
    public static RowWindow Around(int top, int inView, int total)
    {
        var count = Math.Min(total, Math.Clamp(inView * 2, Usual, Most));
        var before = Math.Max(0, count - inView) * 2 / 5;
        return new RowWindow(Math.Clamp(top - before, 0, total - count), count);
    }
}
