namespace TraceDashboard.Core.Merge;

/// <summary>
/// Orders what different messages say of one field. Equal versions are ordered by the values themselves,
/// so that the order is total and no two histories end differently.
/// </summary>
/// <param name="Class">Lifecycle API: start 0, update 1, complete 2. Langfuse: observations 1. OTLP: pending 1, ended 2. Said of the trace itself, by Langfuse or over OTLP: 3.</param>
/// <param name="EventTime">The client's time in nanoseconds since the Unix epoch, or that of receipt.</param>
/// <param name="Sequence">The client's sequence number; Langfuse: create 0, update 1.</param>
public readonly record struct UpdateVersion(byte Class, long EventTime, long Sequence) : IComparable<UpdateVersion>
{
    public int CompareTo(UpdateVersion other)
    {
        var order = Class.CompareTo(other.Class);
        if (order == 0)
            order = EventTime.CompareTo(other.EventTime);
        return order != 0 ? order : Sequence.CompareTo(other.Sequence);
    }

    public static bool operator <(UpdateVersion left, UpdateVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(UpdateVersion left, UpdateVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(UpdateVersion left, UpdateVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UpdateVersion left, UpdateVersion right) => left.CompareTo(right) >= 0;
}
