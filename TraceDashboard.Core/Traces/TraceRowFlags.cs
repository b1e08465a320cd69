namespace TraceDashboard.Core.Traces;

/// <summary>What a row of a <see cref="TraceTree"/> is, beside its kind.</summary>
[Flags]
public enum TraceRowFlags : byte
{
    None = 0,

    /// <summary>The span itself failed.</summary>
    Error = 1,

    /// <summary>A span below it failed.</summary>
    ErrorBelow = 2,

    /// <summary>The span has not ended.</summary>
    Open = 4,

    /// <summary>Its tokens and cost count towards the trace.</summary>
    Counted = 8,

    /// <summary>Its parent is not in the trace, or its parents form a circle.</summary>
    Orphan = 16,

    /// <summary>Not a span: stands for a parent that was named but not received.</summary>
    MissingParent = 32,

    /// <summary>It or a span below it has ended and counts, but has no known cost: <see cref="TraceTree.CostOf"/> is a lower bound.</summary>
    Unpriced = 64,

    /// <summary>It or a span below it counts towards the trace.</summary>
    CountedWithin = 128,
}
