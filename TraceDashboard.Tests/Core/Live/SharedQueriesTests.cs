using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Live;

namespace TraceDashboard.Tests.Core.Live;

public class SharedQueriesTests
{
    private readonly FakeTimeProvider _time = new();
    private int _runs;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Equal_queries_of_one_tick_run_once()
    {
        var queries = new SharedQueries(_time);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => queries.GetAsync("list", 7, RunAsync, Cancel)));

        Assert.Equal(1, _runs);
        Assert.All(answers, a => Assert.Equal(1, a));
    }

    [Fact]
    public async Task A_later_tick_runs_again_and_an_earlier_one_takes_what_is_newer()
    {
        var queries = new SharedQueries(_time);
        await queries.GetAsync("list", 7, RunAsync, Cancel);

        var later = await queries.GetAsync("list", 8, RunAsync, Cancel);
        var earlier = await queries.GetAsync("list", 7, RunAsync, Cancel);

        Assert.Equal(2, later);
        Assert.Equal(2, earlier);
    }

    [Fact]
    public async Task An_answer_is_forgotten_when_its_tick_is_over()
    {
        var queries = new SharedQueries(_time);
        await queries.GetAsync("list", 7, RunAsync, Cancel);

        _time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(2, await queries.GetAsync("list", 7, RunAsync, Cancel));
    }

    [Fact]
    public async Task A_failed_query_is_tried_again_by_the_next_reader()
    {
        var queries = new SharedQueries(_time);
        await Assert.ThrowsAsync<InvalidOperationException>(() => queries.GetAsync<int>("list", 7, () => throw new InvalidOperationException(), Cancel));

        Assert.Equal(1, await queries.GetAsync("list", 7, RunAsync, Cancel));
    }

    [Fact]
    public async Task A_reader_that_goes_away_does_not_cancel_the_run_of_the_others()
    {
        var queries = new SharedQueries(_time);
        var gate = new TaskCompletionSource<int>();
        using var gone = new CancellationTokenSource();
        var leaving = queries.GetAsync("list", 7, () => gate.Task, gone.Token);
        var staying = queries.GetAsync("list", 7, RunAsync, Cancel);

        await gone.CancelAsync();
        gate.SetResult(42);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal(42, await staying);
    }

    [Fact]
    public async Task A_run_does_not_go_on_in_the_context_of_its_first_reader()
    {
        var queries = new SharedQueries(_time);
        var gate = new TaskCompletionSource();
        var mine = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new DeadContext());
        try
        {
            _ = queries.GetAsync("list", 7, WaitAndRunAsync, Cancel);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(mine);
        }

        var second = queries.GetAsync("list", 7, RunAsync, Cancel);
        gate.SetResult();

        Assert.Equal(1, await second.WaitAsync(TimeSpan.FromSeconds(30), Cancel));

        async Task<int> WaitAndRunAsync()
        {
            await gate.Task;
            return await RunAsync();
        }
    }

    private Task<int> RunAsync() => Task.FromResult(Interlocked.Increment(ref _runs));

    /// <summary>As a circuit whose reader does not come back.</summary>
    private sealed class DeadContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
