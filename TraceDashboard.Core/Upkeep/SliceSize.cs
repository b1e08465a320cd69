namespace TraceDashboard.Core.Upkeep;

/// <summary>How many rows a write takes at a time, so that others do not wait for it longer than the aim.</summary>
internal sealed class SliceSize
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _aim;
    private readonly int _least;
    private readonly int _most;

    public SliceSize(TimeProvider time, TimeSpan aim, int least, int most)
    {
        (_time, _aim, _least, _most) = (time, aim, least, most);
        Rows = least;
    }

    public int Rows { get; private set; }

    /// <summary>How long the last write took.</summary>
    public TimeSpan Held { get; private set; }

    /// <summary>Runs a write and learns from how long it took.</summary>
    public async Task<T> MeasureAsync<T>(Func<Task<T>> write)
    {
        var started = _time.GetTimestamp();
        var result = await write();
        Learn(_time.GetElapsedTime(started));
        return result;
    }

    /// <summary>Learns from how long a write of about so many rows took.</summary>
    public void Learn(TimeSpan held)
    {
        Held = held;
        if (held > _aim)
            Rows = Math.Max(_least, Rows / 2);
        else if (held < _aim / 2)
            Rows = Math.Min(_most, Rows + (Rows / 2) + 1);
    }
}
