namespace TraceDashboard.Core.Merge;

/// <summary>
/// Orders what different messages say of one field. Equal versions are ordered by the values themselves,
/// so that the order is total and no two histories end differently.
/// </summary>
/// <param name="Class">Lifecycle API: start 0, update 1, complete 2. Langfuse: observations 1. OTLP: log records 0, pending 1, ended 2. Said of the trace itself, by Langfuse or over OTLP: 3.</param>
/// <param name="EventTime">The client's time in nanoseconds since the Unix epoch, or that of receipt.</param>
/// <param name="Sequence">The client's sequence number; Langfuse: create 0, update 1.</param>
public readonly record struct UpdateVersion(byte Class, long EventTime, long Sequence) : IComparable<UpdateVersion>
{
    /// <summary>
    /// The version of a time that nobody said and that is taken from what arrives: it stands against no word of a client, and of several the
    /// earliest stays.
    /// </summary>
    public static UpdateVersion Measured(long time, byte @class = 0) => new(@class, -time, 0);

    /// <summary>Whether it is that of a time that was <see cref="Measured"/>.</summary>
    public bool IsMeasured => EventTime < 0;

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
