namespace TraceDashboard.Core.Traces;

/// <summary>By start, those without one last; then by id, so that the order does not depend on how spans arrived.</summary>
public static class SpanOrder
{
    public static int Compare(SpanFacts a, SpanFacts b)
    {
        var order = (a.StartTime ?? long.MaxValue).CompareTo(b.StartTime ?? long.MaxValue);
        return order != 0 ? order : string.CompareOrdinal(a.SpanId, b.SpanId);
    }
}
