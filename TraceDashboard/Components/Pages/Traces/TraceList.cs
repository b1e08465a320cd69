using TraceDashboard.Core.Search;

namespace TraceDashboard.Components.Pages.Traces;

/// <summary>
/// The rows that a reader has loaded, newest first, and what became known since: while rows are held, because somebody
/// looks at one, none of them changes its place.
/// </summary>
public sealed class TraceList
{
    /// <summary>Rows that a reader can gather by scrolling.</summary>
    public const int MaxRows = 10_000;

    /// <summary>New rows that are kept while the list is held; with more, it is better read anew.</summary>
    public const int MaxPending = 500;

    /// <summary>Traces that are known to lie beyond the loaded rows; with more, they are forgotten and asked for again.</summary>
    public const int MaxBeyond = 5_000;

    private readonly Dictionary<string, TraceListItem> _shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TraceListItem> _pending = new(StringComparer.Ordinal);
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private readonly HashSet<string> _beyond = new(StringComparer.Ordinal);
    private List<TraceListItem> _items = [];
    private int _loaded;

    public ICollection<TraceListItem> Items => _items;

    /// <summary>Where the next page begins; null when it must be asked for by time, see <see cref="Last"/>.</summary>
    public string? NextCursor { get; private set; }

    public bool HasMore { get; private set; }

    public TraceListItem? Last => _items.Count > 0 ? _items[^1] : null;

    /// <summary>New traces that wait for the reader.</summary>
    public int PendingCount => _pending.Count;

    /// <summary>More are waiting than are kept.</summary>
    public bool PendingOverflow { get; private set; }

    /// <summary>The latency that fills the bar; changes with loaded pages only, so that bars keep their lengths.</summary>
    public TimeSpan LatencyScale { get; private set; }

    /// <summary>Whether a row has a score.</summary>
    public bool HasScores => _items.Exists(i => i.Scores.Count > 0);

    /// <summary>The place of a row, from 0; -1 when it is not loaded.</summary>
    public int IndexOf(string traceId) => _items.FindIndex(i => i.TraceId == traceId);

    /// <summary>Whether a changed trace could be of interest: it is shown, or nothing is known of it.</summary>
    public bool Concerns(string traceId) => !_beyond.Contains(traceId);

    /// <summary>Whether a row no longer matches, and stays only because the list is held.</summary>
    public bool HasLeft(string traceId) => _left.Contains(traceId);

    public void Reset(TracePage page)
    {
        _items = [];
        _shown.Clear();
        _pending.Clear();
        PendingOverflow = false;
        _left.Clear();
        Append(page);
        _loaded = _items.Count;
    }

    /// <summary>Adds the next page; rows that came by themselves meanwhile are not added twice.</summary>
    public void Append(TracePage page)
    {
        foreach (var item in page.Items)
        {
            if (_shown.TryAdd(item.TraceId, item))
                _items.Add(item);
        }

        _beyond.Clear();
        _loaded = _items.Count;
        NextCursor = page.NextCursor;
        HasMore = page.NextCursor is not null && _items.Count < MaxRows;
        LatencyScale = Scale();
    }

    /// <summary>Takes in what a query said of changed traces.</summary>
    /// <param name="asked">The traces that were asked for.</param>
    /// <param name="found">Those of them that match now.</param>
    /// <param name="hold">Whether rows must keep their places.</param>
    /// <returns>Whether there is something to render.</returns>
    public bool Apply(IReadOnlyCollection<string> asked, IReadOnlyList<TraceListItem> found, bool hold)
    {
        var changed = false;
        var matching = found.ToDictionary(i => i.TraceId, StringComparer.Ordinal);
        foreach (var traceId in asked)
        {
            if (matching.ContainsKey(traceId))
                continue;
            changed |= _pending.Remove(traceId);
            if (_shown.ContainsKey(traceId))
                changed |= _left.Add(traceId);
        }

        foreach (var item in found)
            changed |= Take(item);
        if (changed && !hold)
            Release();
        return changed;
    }

    /// <summary>Takes in that the range has moved on: rows that started before it no longer match.</summary>
    /// <returns>Whether there is something to render.</returns>
    public bool Leave(DateTimeOffset? from, bool hold) => Apply([.. _items.Where(i => i.StartTime < from).Select(i => i.TraceId)], [], hold);

    /// <summary>Lets rows move: new ones come in, those that no longer match go.</summary>
    public void Release()
    {
        if (_left.Count > 0)
        {
            _items.RemoveAll(i => _left.Contains(i.TraceId));
            foreach (var traceId in _left)
                _shown.Remove(traceId);
            _left.Clear();
        }

        foreach (var item in _pending.Values)
        {
            _shown.Add(item.TraceId, item);
            _items.Add(item);
        }

        _pending.Clear();
        PendingOverflow = false;
        _items = [.. _items.OrderByDescending(i => i.OrderTime)];
        Trim();
    }

    private bool Take(TraceListItem item)
    {
        if (_shown.TryGetValue(item.TraceId, out var current))
        {
            var returned = _left.Remove(item.TraceId);
            if (current.Version >= item.Version && current.Activity == item.Activity && current.Scores.SequenceEqual(item.Scores))
                return returned;
            _shown[item.TraceId] = item;
            _items[_items.FindIndex(i => ReferenceEquals(i, current))] = item;
            return true;
        }

        // Older than all that is loaded: it will come with its page.
        if (HasMore && Last is { } last && item.OrderTime < last.OrderTime)
        {
            // A list that is left open for days must not remember every trace that it was told of.
            if (_beyond.Count >= MaxBeyond)
                _beyond.Clear();
            _beyond.Add(item.TraceId);
            return false;
        }

        if (_pending.Count >= MaxPending && !_pending.ContainsKey(item.TraceId))
        {
            var overflowed = PendingOverflow;
            PendingOverflow = true;
            return !overflowed;
        }

        _pending[item.TraceId] = item;
        return true;
    }

    // A list that is left open must not grow for ever: it keeps as many rows as the reader loaded.
    private void Trim()
    {
        var limit = Math.Max(_loaded, 200);
        if (_items.Count <= limit)
            return;
        foreach (var item in _items.Skip(limit))
            _shown.Remove(item.TraceId);
        _items.RemoveRange(limit, _items.Count - limit);
        NextCursor = null;
        HasMore = limit < MaxRows;
    }

    private TimeSpan Scale()
    {
        var durations = _items.Select(i => i.Duration).OfType<TimeSpan>().Order().ToList();
        return durations.Count == 0 ? LatencyScale : durations[(int)((durations.Count - 1) * 0.9)];
    }
}
