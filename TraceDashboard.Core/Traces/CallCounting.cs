using System.Runtime.InteropServices;

namespace TraceDashboard.Core.Traces;

/// <summary>
/// Decides which spans of a trace count towards its tokens and cost. Instrumentations of different layers often tell the same model call, each
/// by a span of its own: then only one of them counts. Independent of the order of the spans.
/// </summary>
public static class CallCounting
{
    /// <summary>Stands for the span that counts where there is none.</summary>
    public const int None = -1;

    /// <summary>
    /// For each span the index of the one that counts for the call that it tells: its own, or that of another span that tells the same call;
    /// <see cref="None"/> when it is no model call. Calls are the same when they have the same response id, or when one is below the other, starts
    /// within its time, names the same model, and has equal token totals or failed as it did, without any. An outer call is the same as the first
    /// of several such ones below it, which differ from each other unless their response id says otherwise. The innermost counts.
    /// </summary>
    public static int[] Count(IReadOnlyList<SpanFacts> spans)
    {
        var counts = new int[spans.Count];
        var calls = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            var isCall = spans[i].Kind.IsModelCall();
            counts[i] = isCall ? i : None;
            calls += isCall ? 1 : 0;
        }

        if (calls > 1)
            Count(counts, spans);
        return counts;
    }

    private static void Count(int[] counts, IReadOnlyList<SpanFacts> spans)
    {
        Dictionary<string, Alike>? byResponse = null;
        Dictionary<Figures, Alike>? byFigures = null;
        var alike = false;
        for (var i = 0; i < spans.Count; i++)
        {
            if (counts[i] == None)
                continue;
            var span = spans[i];
            if (!string.IsNullOrEmpty(span.ResponseId))
                alike |= Add(byResponse ??= new(StringComparer.Ordinal), span.ResponseId, i);
            if (span.StartTime is null)
                continue;
            alike |= AddFigures(byFigures ??= [], span.Model, span, i);
            if (span.RequestModel != span.Model)
                alike |= AddFigures(byFigures, span.RequestModel, span, i);
        }

        if (!alike)
            return;

        var tree = Nesting.Of(spans);
        foreach (var (first, others) in byResponse?.Values.AsEnumerable() ?? [])
        {
            foreach (var call in others ?? [])
                Unite(counts, first, call);
        }

        var within = new Dictionary<int, int>();
        foreach (var (figures, (first, others)) in byFigures ?? [])
        {
            if (others is null)
                continue;
            List<int> calls = [first, .. others];
            if (!figures.Failed)
            {
                FindWithin(calls, calls, tree, spans, within);
                continue;
            }

            // Of two that failed and both say what they used, that decides.
            var unknown = calls.FindAll(c => spans[c].Usage?.Total is null);
            FindWithin(calls, unknown, tree, spans, within);
            FindWithin(unknown, calls, tree, spans, within);
        }

        foreach (var (outer, inner) in within)
            Unite(counts, outer, inner);
        ChooseInnermost(counts, tree, spans);
    }

    private static bool AddFigures(Dictionary<Figures, Alike> groups, string? model, SpanFacts span, int index)
    {
        if (string.IsNullOrEmpty(model))
            return false;
        var alike = span.Usage is { Total: not null } usage && Add(groups, new Figures(model, usage.InputTotal, usage.OutputTotal, usage.Unsplit, Failed: false), index);

        // Whichever of its layers knows what a failed call used, its failure is the same.
        return (span.Status == SpanStatus.Error && Add(groups, new Figures(model, null, null, null, Failed: true), index)) || alike;
    }

    private static bool Add<TKey>(Dictionary<TKey, Alike> groups, TKey key, int span)
        where TKey : notnull
    {
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, key, out var exists);
        if (exists)
            (group.Others ??= []).Add(span);
        else
            group.First = span;
        return exists;
    }

    /// <summary>
    /// Finds for each call the first one below it that starts within its time. Sweeps from the latest start to the earliest: a tree of minima over
    /// the depth-first order then tells the first of the calls that are below one and start no earlier.
    /// </summary>
    private static void FindWithin(List<int> outers, List<int> inners, Nesting tree, IReadOnlyList<SpanFacts> spans, Dictionary<int, int> within)
    {
        var places = inners.Select(c => tree.First[c]).Order().ToList();
        var byStart = inners.Order(Comparer<int>.Create((a, b) => SpanOrder.Compare(spans[a], spans[b]))).ToArray();
        var first = new RangeMinimum(inners.Count);
        var next = byStart.Length - 1;
        foreach (var outer in outers.OrderByDescending(c => spans[c].StartTime))
        {
            for (; next >= 0 && spans[byStart[next]].StartTime >= spans[outer].StartTime; next--)
                first.Set(places.BinarySearch(tree.First[byStart[next]]), next);
            if (first.Of(PlaceAfter(places, tree.First[outer]), PlaceAfter(places, tree.Last[outer])) is not { } rank)
                continue;
            var inner = byStart[rank];
            if (StartsWithin(spans[outer], spans[inner]) && (!within.TryGetValue(outer, out var known) || SpanOrder.Compare(spans[inner], spans[known]) < 0))
                within[outer] = inner;
        }
    }

    /// <summary>How many places are not after one.</summary>
    private static int PlaceAfter(List<int> places, int place)
    {
        var index = places.BinarySearch(place);
        return index >= 0 ? index + 1 : ~index;
    }

    /// <summary>Where the inner one ends does not matter: in JavaScript it may be after the outer one.</summary>
    private static bool StartsWithin(SpanFacts outer, SpanFacts inner) =>
        inner.StartTime == outer.StartTime || outer.EndTime is null || inner.StartTime < outer.EndTime;

    private static void Unite(int[] calls, int a, int b) => calls[Find(calls, a)] = Find(calls, b);

    private static int Find(int[] calls, int call)
    {
        while (calls[call] != call)
            call = calls[call] = calls[calls[call]];
        return call;
    }

    private static void ChooseInnermost(int[] counts, Nesting tree, IReadOnlyList<SpanFacts> spans)
    {
        var chosen = new int[counts.Length];
        Array.Fill(chosen, None);
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] == None)
                continue;
            ref var best = ref chosen[Find(counts, i)];
            if (best == None || tree.Depth[i] > tree.Depth[best] || (tree.Depth[i] == tree.Depth[best] && SpanOrder.Compare(spans[i], spans[best]) < 0))
                best = i;
        }

        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] != None)
                chosen[i] = chosen[Find(counts, i)];
        }

        chosen.CopyTo(counts, 0);
    }

    /// <summary>Calls that may be the same. Nearly always it is one, which then takes no list.</summary>
    private struct Alike
    {
        public int First;

        public List<int>? Others;

        public readonly void Deconstruct(out int first, out List<int>? others) => (first, others) = (First, Others);
    }

    /// <summary>What calls that are the same have in common: the model, and either the totals or that they failed.</summary>
    private readonly record struct Figures(string Model, long? Input, long? Output, long? Unsplit, bool Failed);

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
    private readonly record struct Nesting(int[] First, int[] Last, int[] Depth)
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

            var nesting = new Nesting(new int[spans.Count], new int[spans.Count], new int[spans.Count]);
            var position = 0;
            for (var span = firstRoot; span >= 0;)
            {
                nesting.First[span] = position++;
                nesting.Depth[span] = parents[span] < 0 ? 0 : nesting.Depth[parents[span]] + 1;
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
