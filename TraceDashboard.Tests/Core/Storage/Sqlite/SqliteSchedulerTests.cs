using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Tests.Core.Storage.Sqlite;

public sealed class SqliteSchedulerTests
{
    [Fact]
    public async Task Work_runs_on_its_threads_and_the_caller_goes_on_elsewhere()
    {
        using var scheduler = new SqliteScheduler(1, "test reader");
        using var started = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);

        var work = scheduler.RunAsync(
            () =>
            {
                started.Release();
                release.Wait(TestContext.Current.CancellationToken);
                return Task.FromResult(Thread.CurrentThread.Name);
            },
            TestContext.Current.CancellationToken);
        var caller = GoOnAsync(work);
        await started.WaitAsync(TestContext.Current.CancellationToken);
        release.Release();

        Assert.Equal("test reader 1", await work);
        Assert.NotEqual("test reader 1", await caller);
    }

    // Waits before the work is done, so that it is the work's end that makes it go on.
    private static async Task<string?> GoOnAsync(Task work)
    {
        await work.ConfigureAwait(false);
        return Thread.CurrentThread.Name;
    }
}
