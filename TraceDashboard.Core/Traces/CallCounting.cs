using System.Runtime.InteropServices;

namespace TraceDashboard.Core.Traces;

/// <summary>
/// Decides which spans of a trace count towards its tokens and cost. Instrumentations of different layers often report the
/// same model call, each as a span around the other's: then only the innermost one counts. Independent of the order of the spans.
/// </summary>
public static class CallCounting
{
    /// <summary>
    /// For each span whether it counts: it is a model call, and no call below it is the same one. Two calls are the same when
    /// they have the same response id, or the same model and equal token totals, the inner one's time lying within the outer one's.
    /// </summary>
    public static bool[] Count(IReadOnlyList<SpanFacts> spans)
    {
        var counted = new bool[spans.Count];
        Dictionary<string, List<int>>? byResponse = null;
        Dictionary<(string Model, long? Input, long? Output), List<int>>? byTokens = null;
        var alike = false;
        for (var i = 0; i < spans.Count; i++)
        {
            var span = spans[i];
            if (!span.Kind.IsModelCall())
                continue;
            counted[i] = true;
            if (!string.IsNullOrEmpty(span.ResponseId))
                alike |= Add(byResponse ??= new(StringComparer.Ordinal), span.ResponseId, i);
            if (!string.IsNullOrEmpty(span.Model) && span.StartTime is not null && span.Usage is { Total: not null } usage)
                alike |= Add(byTokens ??= [], (span.Model, usage.InputTotal, usage.OutputTotal), i);
        }

        if (!alike)
            return counted;

        var tree = Nesting.Of(spans);
        foreach (var calls in byResponse?.Values.Where(c => c.Count > 1) ?? [])
            LeaveOutEnclosing(calls, tree, counted);
        foreach (var calls in byTokens?.Values.Where(c => c.Count > 1) ?? [])
            LeaveOutEnclosingInTime(calls, tree, spans, counted);
        return counted;
    }

    private static bool Add<TKey>(Dictionary<TKey, List<int>> groups, TKey key, int span)
        where TKey : notnull
    {
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, key, out _);
        (group ??= new(1)).Add(span);
        return group.Count > 1;
    }

    private static void LeaveOutEnclosing(List<int> calls, Nesting tree, bool[] counted)
    {
        calls.Sort((a, b) => tree.First[a].CompareTo(tree.First[b]));
        for (var i = 0; i + 1 < calls.Count; i++)
        {
            // In depth-first order a subtree is contiguous: if anything of the group is below, the next one is.
            if (tree.First[calls[i + 1]] <= tree.Last[calls[i]])
                counted[calls[i]] = false;
        }
    }

    /// <summary>
    /// Sweeps over the calls from the latest start to the earliest. A tree of minima over the depth-first order then tells the
    /// earliest end of the calls that are below one and start no earlier: one exists within it if that end is not after its own.
    /// </summary>
    private static void LeaveOutEnclosingInTime(List<int> calls, Nesting tree, IReadOnlyList<SpanFacts> spans, bool[] counted)
    {
        calls.Sort((a, b) => tree.First[a].CompareTo(tree.First[b]));
        var order = calls.ConvertAll(c => tree.First[c]);
        var earliestEnd = new RangeMinimum(calls.Count);
        var byStart = Enumerable.Range(0, calls.Count).OrderByDescending(i => spans[calls[i]].StartTime!.Value).ToArray();
        for (int from = 0, to; from < byStart.Length; from = to)
        {
            var start = spans[calls[byStart[from]]].StartTime;
            for (to = from; to < byStart.Length && spans[calls[byStart[to]]].StartTime == start; to++)
                earliestEnd.Set(byStart[to], spans[calls[byStart[to]]].EndTime ?? long.MaxValue);
            for (var i = from; i < to; i++)
            {
                var call = calls[byStart[i]];
                var below = order.BinarySearch(tree.Last[call]);
                var end = below >= 0 ? below + 1 : ~below;
                if (earliestEnd.Of(byStart[i] + 1, end) is { } inner && inner <= (spans[call].EndTime ?? long.MaxValue))
                    counted[call] = false;
            }
        }
    }

    /// <summary>A segment tree: changing a value and the minimum of a range each take a logarithmic number of steps.</summary>
    private readonly struct RangeMinimum
    {
        private readonly long?[] _nodes;

        public RangeMinimum(int count) => _nodes = new long?[2 * count];

        public void Set(int index, long value)
        {
            for (var node = index + (_nodes.Length / 2); node > 0 && !(_nodes[node] <= value); node /= 2)
                _nodes[node] = value;
        }

        /// <summary>Null when nothing is set from <paramref name="from"/> to before <paramref name="to"/>.</summary>
        public long? Of(int from, int to)
        {
            long? minimum = null;
            for (int left = from + (_nodes.Length / 2), right = to + (_nodes.Length / 2); left < right; left /= 2, right /= 2)
            {
                if ((left & 1) == 1)
                    minimum = Lesser(minimum, _nodes[left++]);
                if ((right & 1) == 1)
                    minimum = Lesser(minimum, _nodes[--right]);
            }

            return minimum;
        }

        private static long? Lesser(long? a, long? b) => a is null || b < a ? b : a;
    }

    /// <summary>Positions in a depth-first walk: span b is below span a when First[a] &lt; First[b] &lt;= Last[a].</summary>
    private readonly record struct Nesting(int[] First, int[] Last)
    {
        public static Nesting Of(IReadOnlyList<SpanFacts> spans)
        {
            var parents = Parents(spans);
            var firstChild = Filled(spans.Count);
            var nextSibling = Filled(spans.Count);
            var firstRoot = -1;
            for (var i = 0; i < spans.Count; i++)
            {
                ref var head = ref parents[i] < 0 ? ref firstRoot : ref firstChild[parents[i]];
                nextSibling[i] = head;
                head = i;
            }

            var nesting = new Nesting(new int[spans.Count], new int[spans.Count]);
            var position = 0;
            for (var span = firstRoot; span >= 0;)
            {
                nesting.First[span] = position++;
                if (firstChild[span] >= 0)
                {
                    span = firstChild[span];
                    continue;
                }

                nesting.Last[span] = position - 1;
                while (nextSibling[span] < 0 && parents[span] >= 0)
                {
                    span = parents[span];
                    nesting.Last[span] = position - 1;
                }

                span = nextSibling[span];
            }

            return nesting;
        }

        /// <summary>Index of each span's parent, or -1 when it has none here. A ring of parents is opened at its earliest span.</summary>
        private static int[] Parents(IReadOnlyList<SpanFacts> spans)
        {
            var byId = new Dictionary<string, int>(spans.Count, StringComparer.Ordinal);
            for (var i = 0; i < spans.Count; i++)
                byId.TryAdd(spans[i].SpanId, i);
            var parents = new int[spans.Count];
            for (var i = 0; i < spans.Count; i++)
                parents[i] = spans[i].ParentSpanId is { } parent && byId.TryGetValue(parent, out var index) ? index : -1;

            var walkOf = Filled(spans.Count);
            for (var walk = 0; walk < spans.Count; walk++)
            {
                var span = walk;
                while (span >= 0 && walkOf[span] < 0)
                {
                    walkOf[span] = walk;
                    span = parents[span];
                }

                if (span >= 0 && walkOf[span] == walk)
                    parents[EarliestOfRing(span, parents, spans)] = -1;
            }

            return parents;
        }

        private static int EarliestOfRing(int span, int[] parents, IReadOnlyList<SpanFacts> spans)
        {
            var earliest = span;
            for (var other = parents[span]; other != span; other = parents[other])
            {
                if (SpanOrder.Compare(spans[other], spans[earliest]) < 0)
                    earliest = other;
            }

            return earliest;
        }

        private static int[] Filled(int count)
        {
            var array = new int[count];
            Array.Fill(array, -1);
            return array;
        }
    }
}
