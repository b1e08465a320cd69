using System.Runtime.InteropServices;

namespace TraceDashboard.Core.Traces;

public sealed partial class TraceTree
{
    /// <summary>
    /// Links spans to a forest and puts it in order. Nodes are the spans as they came, then one for each parent that is named but
    /// missing. Nothing recurses: a chain may be as deep as the trace is long.
    /// </summary>
    private sealed class Builder
    {
        private const int None = -1;

        private readonly IReadOnlyList<SpanFacts> _spans;
        private readonly List<string> _missing = [];
        private readonly long[] _start;
        private readonly int[] _parent;
        private readonly bool[] _inCircle;
        private readonly int[] _byStart;

        public Builder(IReadOnlyList<SpanFacts> spans)
        {
            _spans = spans;
            NodeOfSpan = IndexById(spans);
            var parents = LinkToParents(spans);
            var count = spans.Count + _missing.Count;
            _parent = new int[count];
            parents.CopyTo(_parent, 0);
            Array.Fill(_parent, None, spans.Count, _missing.Count);
            _start = StartTimes(count);
            _byStart = SortByStart();
            _inCircle = BreakCircles();
        }

        /// <summary>The node of each id, missing parents included; of spans that share an id the one that started first.</summary>
        public Dictionary<string, int> NodeOfSpan { get; }

        public int SpanCount => _spans.Count;

        public long EarliestStart => _start[_byStart[0]];

        public SpanFacts? SpanOf(int node) => node < _spans.Count ? _spans[node] : null;

        public string IdOf(int node) => node < _spans.Count ? _spans[node].SpanId : _missing[node - _spans.Count];

        public long StartOf(int node) => _start[node];

        public int ParentOf(int node) => _parent[node];

        public bool IsOrphan(int node) => _inCircle[node] || _parent[node] >= _spans.Count;

        /// <summary>The nodes with each parent before its children and siblings in order.</summary>
        public int[] PreOrder()
        {
            var count = _parent.Length;
            var firstChild = new int[count];
            var nextSibling = new int[count];
            Array.Fill(firstChild, None);
            var firstRoot = None;
            for (var i = count - 1; i >= 0; i--)
            {
                var node = _byStart[i];
                ref var head = ref firstRoot;
                if (_parent[node] != None)
                    head = ref firstChild[_parent[node]];
                nextSibling[node] = head;
                head = node;
            }

            var order = new int[count];
            var filled = 0;
            for (var node = firstRoot; node != None;)
            {
                order[filled++] = node;
                if (firstChild[node] != None)
                {
                    node = firstChild[node];
                    continue;
                }

                while (node != None && nextSibling[node] == None)
                    node = _parent[node];
                if (node != None)
                    node = nextSibling[node];
            }

            return order;
        }

        private static Dictionary<string, int> IndexById(IReadOnlyList<SpanFacts> spans)
        {
            var nodes = new Dictionary<string, int>(spans.Count, StringComparer.Ordinal);
            for (var node = 0; node < spans.Count; node++)
            {
                // The children of an id that several spans share go to the one that started first, however the spans came.
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(nodes, spans[node].SpanId, out var exists);
                if (!exists || StartOf(spans[node]) < StartOf(spans[known]))
                    known = node;
            }

            return nodes;
        }

        private int[] LinkToParents(IReadOnlyList<SpanFacts> spans)
        {
            var parents = new int[spans.Count];
            for (var node = 0; node < spans.Count; node++)
            {
                if (spans[node].ParentSpanId is not { Length: > 0 } parentId)
                {
                    parents[node] = None;
                    continue;
                }

                ref var parent = ref CollectionsMarshal.GetValueRefOrAddDefault(NodeOfSpan, parentId, out var exists);
                if (!exists)
                {
                    parent = spans.Count + _missing.Count;
                    _missing.Add(parentId);
                }

                parents[node] = parent;
            }

            return parents;
        }

        private long[] StartTimes(int count)
        {
            var start = new long[count];
            Array.Fill(start, long.MaxValue, _spans.Count, count - _spans.Count);
            for (var node = 0; node < _spans.Count; node++)
            {
                start[node] = StartOf(_spans[node]);
                if (_parent[node] >= _spans.Count)
                    start[_parent[node]] = Math.Min(start[_parent[node]], start[node]);
            }

            return start;
        }

        /// <summary>An update can overtake its start; until that comes the earliest time known of the span stands in.</summary>
        private static long StartOf(SpanFacts span) =>
            span.StartTime ?? Math.Min(Math.Min(span.FirstTokenTime ?? long.MaxValue, span.EndTime ?? long.MaxValue), span.ReceivedAt);

        private int[] SortByStart()
        {
            var keys = (long[])_start.Clone();
            var nodes = new int[keys.Length];
            for (var i = 0; i < nodes.Length; i++)
                nodes[i] = i;
            Array.Sort(keys, nodes);
            for (var from = 0; from < nodes.Length;)
            {
                var to = from + 1;
                while (to < nodes.Length && keys[to] == keys[from])
                    to++;
                if (to - from > 1)
                    nodes.AsSpan(from, to - from).Sort(CompareIds);
                from = to;
            }

            return nodes;
        }

        private int CompareIds(int left, int right)
        {
            var order = string.CompareOrdinal(IdOf(left), IdOf(right));
            return order != 0 ? order : left.CompareTo(right);
        }

        /// <summary>Turns the earliest span of each circle of parents into a root.</summary>
        private bool[] BreakCircles()
        {
            var broken = new bool[_parent.Length];
            var rank = new int[_parent.Length];
            for (var i = 0; i < rank.Length; i++)
                rank[_byStart[i]] = i;

            var walk = new int[_parent.Length];
            for (var i = 0; i < _parent.Length; i++)
            {
                var node = _byStart[i];
                while (node != None && walk[node] == 0)
                {
                    walk[node] = i + 1;
                    node = _parent[node];
                }

                if (node == None || walk[node] != i + 1)
                    continue;
                var earliest = node;
                for (var other = _parent[node]; other != node; other = _parent[other])
                {
                    if (rank[other] < rank[earliest])
                        earliest = other;
                }

                _parent[earliest] = None;
                broken[earliest] = true;
            }

            return broken;
        }
    }
}
