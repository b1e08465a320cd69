using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TraceDashboard.Core.Traces;

public sealed class TraceTreeOptions
{
    public const string Section = "TraceTrees";

    /// <summary>Memory for trees that readers share, in bytes; about 170 a span.</summary>
    [Range(0, long.MaxValue)]
    public long CacheBytes { get; set; } = 64 * 1024 * 1024;
}

/// <summary>
/// Holds the trees that were built last, one version of each trace, so that all readers of a version share one tree and it is
/// loaded once however many ask for it. A tree that was dropped lives on with the readers that hold it.
/// </summary>
public sealed class TraceTreeCache(IOptions<TraceTreeOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int ProjectId, string TraceId), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>What the trees that are held take, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// The tree of a version or of a later one. A load is not cancelled when one of the readers that wait for it goes away; one
    /// that fails fails for all that wait, and the next reader loads again.
    /// </summary>
    /// <param name="version">The least version to show, see <see cref="TraceDetails.Version"/>.</param>
    /// <param name="load">Reads all spans of the trace, as they are now.</param>
    public async Task<TraceTree> GetAsync(
        int projectId, string traceId, long version, Func<Task<IReadOnlyList<SpanFacts>>> load, CancellationToken cancellationToken)
    {
        var entry = Find(projectId, traceId, version, load);
        try
        {
            return await entry.Tree.Value.WaitAsync(cancellationToken);
        }
        catch when (entry.Tree.Value.IsFaulted || entry.Tree.Value.IsCanceled)
        {
            Forget(entry);
            throw;
        }
    }

    private Entry Find(int projectId, string traceId, long version, Func<Task<IReadOnlyList<SpanFacts>>> load)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue((projectId, traceId), out var node))
            {
                _byUse.Remove(node);
                if (node.Value.Version >= version)
                {
                    _byUse.AddFirst(node);
                    return node.Value;
                }

                Drop(node.Value);
            }

            Entry? entry = null;
            entry = new Entry(projectId, traceId, version, new Lazy<Task<TraceTree>>(() => BuildAsync(entry!, load)));
            _entries[(projectId, traceId)] = _byUse.AddFirst(entry);
            return entry;
        }
    }

    private async Task<TraceTree> BuildAsync(Entry entry, Func<Task<IReadOnlyList<SpanFacts>>> load)
    {
        // Off the caller, and not back in its context: building a long trace takes longer than a page may be blocked, and others wait for it.
        var tree = await Task.Run(async () => TraceTree.Build(await load())).ConfigureAwait(false);
        lock (_gate)
        {
            if (_entries.TryGetValue((entry.ProjectId, entry.TraceId), out var node) && node.Value == entry)
            {
                entry.Bytes = tree.ApproximateBytes;
                Bytes += entry.Bytes;
                for (var last = _byUse.Last; last is not null && Bytes > options.Value.CacheBytes; last = _byUse.Last)
                {
                    _byUse.RemoveLast();
                    Drop(last.Value);
                }
            }
        }

        return tree;
    }

    private void Forget(Entry entry)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue((entry.ProjectId, entry.TraceId), out var node) && node.Value == entry)
            {
                _byUse.Remove(node);
                Drop(entry);
            }
        }
    }

    private void Drop(Entry entry)
    {
        _entries.Remove((entry.ProjectId, entry.TraceId));
        Bytes -= entry.Bytes;
    }

    private sealed class Entry(int projectId, string traceId, long version, Lazy<Task<TraceTree>> tree)
    {
        public int ProjectId { get; } = projectId;

        public string TraceId { get; } = traceId;

        public long Version { get; } = version;

        public Lazy<Task<TraceTree>> Tree { get; } = tree;

        /// <summary>0 while it is being built.</summary>
        public long Bytes { get; set; }
    }
}
