using System.Runtime.InteropServices;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces;

/// <summary>
/// The spans of one version of a trace in the order in which a tree shows them: parents before children, siblings by start
/// and then by id. One array per property, indexed by row; immutable, so any number of readers share it. Rows are addressed by
/// their index, because ids may repeat. Times are nanoseconds since the Unix epoch.
/// </summary>
public sealed partial class TraceTree
{
    /// <summary>Stands for a time or an amount that is not known.</summary>
    public const long Unknown = long.MinValue;

    private readonly long[] _start;
    private readonly long[] _end;
    private readonly long[] _firstToken;
    private readonly int[] _depth;
    private readonly int[] _parent;
    private readonly int[] _lastDescendant;
    private readonly int[] _childCount;
    private readonly int[] _siblingIndex;
    private readonly TraceRowFlags[] _flags;
    private readonly SpanKind[] _kind;
    private readonly SpanStatus[] _status;
    private readonly string?[] _name;
    private readonly string[] _spanId;
    private readonly long[] _cost;
    private readonly long[] _tokens;
    private readonly Dictionary<string, int> _nodeOfSpan;
    private readonly int[] _rowOfNode;

    public static TraceTree Empty { get; } = Build([]);

    /// <summary>Rows, those of missing parents included.</summary>
    public int Count => _start.Length;

    public int SpanCount { get; }

    public int RootCount { get; }

    /// <summary>Of roots 0.</summary>
    public int MaxDepth { get; }

    /// <summary>Earliest start; 0 when there is no span.</summary>
    public long StartTime { get; }

    /// <summary>Latest time that is known of any span; 0 when there is no span.</summary>
    public long EndTime { get; }

    /// <summary>Whether any span is open, so that the trace reaches to now.</summary>
    public bool HasOpenSpans { get; }

    /// <summary>Model calls that have ended, count, and have no known cost.</summary>
    public int UnpricedCalls { get; private set; }

    /// <summary>About how much memory it holds.</summary>
    public long ApproximateBytes { get; }

    public ReadOnlySpan<long> Start => _start;

    /// <summary><see cref="Unknown"/> for open spans; never before the start.</summary>
    public ReadOnlySpan<long> End => _end;

    /// <summary><see cref="Unknown"/> for spans that did not stream.</summary>
    public ReadOnlySpan<long> FirstToken => _firstToken;

    public ReadOnlySpan<int> Depth => _depth;

    /// <summary>The row of the parent; -1 for roots.</summary>
    public ReadOnlySpan<int> Parent => _parent;

    /// <summary>The last row of the subtree; the row itself for leaves.</summary>
    public ReadOnlySpan<int> LastDescendant => _lastDescendant;

    public ReadOnlySpan<int> ChildCount => _childCount;

    /// <summary>Position among the siblings, from 0.</summary>
    public ReadOnlySpan<int> SiblingIndex => _siblingIndex;

    public ReadOnlySpan<TraceRowFlags> Flags => _flags;

    public ReadOnlySpan<SpanKind> Kind => _kind;

    public ReadOnlySpan<SpanStatus> Status => _status;

    public ReadOnlySpan<string?> Name => _name;

    /// <summary>For the row of a missing parent the id under which it was named.</summary>
    public ReadOnlySpan<string> SpanId => _spanId;

    /// <summary>The cost in USD of the counted spans of the subtree; null when none of them has a price.</summary>
    public decimal? CostOf(int row) => _cost[row] == Unknown ? null : PicoDollars.ToUsd(_cost[row]);

    /// <summary>The tokens of the counted spans of the subtree; null when none of them has a usage.</summary>
    public long? TokensOf(int row) => _tokens[row] == Unknown ? null : _tokens[row];

    public bool Has(int row, TraceRowFlags flag) => (_flags[row] & flag) != 0;

    /// <summary>The row of a span; of spans that share an id the one that started first. -1 when there is none.</summary>
    public int RowOf(string? spanId) => spanId is not null && _nodeOfSpan.TryGetValue(spanId, out var node) ? _rowOfNode[node] : -1;

    public int SiblingCount(int row) => _parent[row] < 0 ? RootCount : _childCount[_parent[row]];

    private TraceTree(Builder builder)
    {
        var order = builder.PreOrder();
        var count = order.Length;
        _start = new long[count];
        _end = new long[count];
        _firstToken = new long[count];
        _depth = new int[count];
        _parent = new int[count];
        _lastDescendant = new int[count];
        _childCount = new int[count];
        _siblingIndex = new int[count];
        _flags = new TraceRowFlags[count];
        _kind = new SpanKind[count];
        _status = new SpanStatus[count];
        _name = new string?[count];
        _spanId = new string[count];
        _cost = new long[count];
        _tokens = new long[count];
        _nodeOfSpan = builder.NodeOfSpan;
        _rowOfNode = new int[count];

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var latest = 0L;
        for (var row = 0; row < count; row++)
        {
            var node = order[row];
            _rowOfNode[node] = row;
            _lastDescendant[row] = row;
            _spanId[row] = builder.IdOf(node);
            _start[row] = builder.StartOf(node);
            var parent = builder.ParentOf(node);
            _parent[row] = parent < 0 ? -1 : _rowOfNode[parent];
            if (parent < 0)
                _siblingIndex[row] = RootCount++;
            else
            {
                _depth[row] = _depth[_parent[row]] + 1;
                MaxDepth = Math.Max(MaxDepth, _depth[row]);
                _siblingIndex[row] = _childCount[_parent[row]]++;
            }

            if (builder.SpanOf(node) is { } span)
                FillSpan(row, span, builder.IsOrphan(node), names);
            else
                FillMissingParent(row);
            HasOpenSpans |= Has(row, TraceRowFlags.Open);
            latest = Math.Max(latest, Math.Max(Math.Max(_start[row], _end[row]), _firstToken[row]));
        }

        GatherUpwards();
        SpanCount = builder.SpanCount;
        StartTime = count == 0 ? 0 : builder.EarliestStart;
        EndTime = latest;
        // The arrays, the ids (16 characters as a rule) and the entries of the index.
        ApproximateBytes = count * (83L + 56 + 28);
    }

    public static TraceTree Build(IReadOnlyList<SpanFacts> spans) => new(new Builder(spans));

    private void FillSpan(int row, SpanFacts span, bool orphan, Dictionary<string, string> names)
    {
        // A reader's rows bring each name as a string of its own; there are far fewer names than spans.
        if (span.Name is { } name)
        {
            ref var shared = ref CollectionsMarshal.GetValueRefOrAddDefault(names, name, out _);
            _name[row] = shared ??= name;
        }

        _end[row] = span.EndTime is { } end ? Math.Max(end, _start[row]) : Unknown;
        _firstToken[row] = span.FirstTokenTime ?? Unknown;
        _kind[row] = span.Kind;
        _status[row] = span.Status;
        var call = span.AsCall();
        _cost[row] = call is { Counted: true, Cost.Amount: { } usd } ? PicoDollars.FromUsd(usd) : Unknown;
        _tokens[row] = call is { Counted: true, Usage.Total: { } tokens } ? tokens : Unknown;
        var flags = TraceRowFlags.None;
        if (span.Status == SpanStatus.Error)
            flags |= TraceRowFlags.Error;
        if (span.IsOpen)
            flags |= TraceRowFlags.Open;
        if (orphan)
            flags |= TraceRowFlags.Orphan;
        if (span.Counted)
            flags |= TraceRowFlags.Counted | TraceRowFlags.CountedWithin;
        // What a call costs is known when it has ended: until then nothing is missing.
        if (call is { Counted: true, Cost.Amount: null } && !span.IsOpen)
        {
            flags |= TraceRowFlags.Unpriced;
            UnpricedCalls++;
        }

        _flags[row] = flags;
    }

    private void FillMissingParent(int row)
    {
        _end[row] = Unknown;
        _firstToken[row] = Unknown;
        _cost[row] = Unknown;
        _tokens[row] = Unknown;
        _flags[row] = TraceRowFlags.MissingParent;
    }

    /// <summary>From the last row to the first, so that a subtree is complete when its root hands it on.</summary>
    private void GatherUpwards()
    {
        for (var row = Count - 1; row >= 0; row--)
        {
            var parent = _parent[row];
            if (parent < 0)
                continue;
            _lastDescendant[parent] = Math.Max(_lastDescendant[parent], _lastDescendant[row]);
            if ((_flags[row] & (TraceRowFlags.Error | TraceRowFlags.ErrorBelow)) != 0)
                _flags[parent] |= TraceRowFlags.ErrorBelow;
            _flags[parent] |= _flags[row] & (TraceRowFlags.Unpriced | TraceRowFlags.CountedWithin);
            Add(_cost, parent, row);
            Add(_tokens, parent, row);

            // All that is known of a missing parent is that it enclosed its children.
            if (Has(parent, TraceRowFlags.MissingParent))
                _end[parent] = Math.Max(_end[parent], _end[row] == Unknown ? _start[row] : _end[row]);
        }
    }

    private static void Add(long[] sums, int parent, int row)
    {
        if (sums[row] == Unknown)
            return;
        // Amounts are whatever clients reported: a sum that does not fit stays at the end of the range.
        sums[parent] = sums[parent] == Unknown
            ? sums[row]
            : (long)Int128.Clamp((Int128)sums[parent] + sums[row], -long.MaxValue, long.MaxValue);
    }
}
