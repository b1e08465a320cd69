namespace TraceDashboard.Benchmarks.Load;

/// <summary>Every measured time of a run, for exact percentiles. Thread-safe.</summary>
internal sealed class LatencySample
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _times;

    public LatencySample(params TimeSpan[] times) => _times = [.. times];

    public int Count
    {
        get
        {
            lock (_gate)
                return _times.Count;
        }
    }

    public void Add(TimeSpan time)
    {
        lock (_gate)
            _times.Add(time);
    }

    public void Add(IEnumerable<TimeSpan> times)
    {
        lock (_gate)
            _times.AddRange(times);
    }

    public TimeSpan[] ToArray()
    {
        lock (_gate)
            return [.. _times];
    }

    /// <summary>The smallest time that is not exceeded by that share of all, in milliseconds; 0 when there is none.</summary>
    /// <param name="share">Between 0 and 1.</param>
    public double Milliseconds(double share)
    {
        lock (_gate)
        {
            if (_times.Count == 0)
                return 0;
            _times.Sort();
            return _times[Math.Clamp((int)Math.Ceiling(share * _times.Count) - 1, 0, _times.Count - 1)].TotalMilliseconds;
        }
    }
}
