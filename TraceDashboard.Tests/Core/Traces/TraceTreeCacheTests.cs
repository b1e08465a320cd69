using Microsoft.Extensions.Options;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Traces;

public class TraceTreeCacheTests
{
    private static readonly SpanFacts[] s_spans = [TraceTreeTests.Span("root", null, start: 0), TraceTreeTests.Span("child", "root", start: 1)];
    private int _loads;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_of_one_version_share_one_load_and_one_tree()
    {
        var cache = Cache();
        var gate = new TaskCompletionSource();

        var readers = Enumerable.Range(0, 20).Select(_ => Get(cache, "t", version: 3, gate.Task)).ToArray();
        gate.SetResult();
        var trees = await Task.WhenAll(readers);

        Assert.Equal(1, _loads);
        Assert.All(trees, t => Assert.Same(trees[0], t));
        Assert.Same(trees[0], await Get(cache, "t", version: 2));
    }

    [Fact]
    public async Task A_later_version_is_loaded_and_takes_the_place_of_the_earlier()
    {
        var cache = Cache();
        var first = await Get(cache, "t", version: 1);
        var bytes = cache.Bytes;

        var second = await Get(cache, "t", version: 2);

        Assert.NotSame(first, second);
        Assert.Equal(2, _loads);
        Assert.Equal(bytes, cache.Bytes);
    }

    [Fact]
    public async Task Projects_do_not_see_each_others_traces()
    {
        var cache = Cache();

        var mine = await Get(cache, "t", version: 1, project: 1);
        var theirs = await Get(cache, "t", version: 1, project: 2);

        Assert.NotSame(mine, theirs);
    }

    [Fact]
    public async Task The_trees_used_longest_ago_are_dropped_when_the_memory_is_used_up()
    {
        var size = TraceTree.Build(s_spans).ApproximateBytes;
        var cache = Cache(bytes: size * 2);
        await Get(cache, "a", version: 1);
        await Get(cache, "b", version: 1);
        await Get(cache, "a", version: 1);

        await Get(cache, "c", version: 1);
        Assert.Equal(size * 2, cache.Bytes);
        await Get(cache, "a", version: 1);
        Assert.Equal(3, _loads);
        await Get(cache, "b", version: 1);
        Assert.Equal(4, _loads);
    }

    [Fact]
    public async Task A_failed_load_is_tried_again_and_a_reader_that_leaves_does_not_end_the_load()
    {
        var cache = Cache();
        await Assert.ThrowsAsync<TimeoutException>(() => Get(cache, "t", version: 1, Task.FromException(new TimeoutException())));
        var gate = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();

        var left = cache.GetAsync(1, "t", 1, () => LoadAsync(gate.Task), leaving.Token);
        var stays = Get(cache, "t", version: 1);
        await leaving.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => left);
        gate.SetResult();

        Assert.Equal(2, (await stays).Count);
        Assert.Equal(2, _loads);
    }

    private static TraceTreeCache Cache(long bytes = 1_000_000) => new(Options.Create(new TraceTreeOptions { CacheBytes = bytes }));

    private Task<TraceTree> Get(TraceTreeCache cache, string traceId, long version, Task? until = null, int project = 1) =>
        cache.GetAsync(project, traceId, version, () => LoadAsync(until ?? Task.CompletedTask), Token);

    private async Task<IReadOnlyList<SpanFacts>> LoadAsync(Task until)
    {
        Interlocked.Increment(ref _loads);
        await until;
        return s_spans;
    }
}
