namespace TraceDashboard.Components.Pages.Trace;

/// <summary>Which messages of a trace the reader sees as they came, for as long as the page is open.</summary>
public sealed class RawMessages
{
    private readonly HashSet<(string SpanId, int Block)> _raw = [];

    public bool Contains(string spanId, int block) => _raw.Contains((spanId, block));

    public void Switch(string spanId, int block)
    {
        if (!_raw.Remove((spanId, block)))
            _raw.Add((spanId, block));
    }

    public void Clear() => _raw.Clear();
}
