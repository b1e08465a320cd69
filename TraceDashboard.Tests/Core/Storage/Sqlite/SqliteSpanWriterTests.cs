using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage.Sqlite;

public sealed class SqliteSpanWriterTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_runs_on_the_writers_thread_stays_on_it()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Sqlite, cluster);
        var writer = fixture.Get<SpanWriter>();

        var threads = await await Task.Factory.StartNew(
            async () =>
            {
                var before = Environment.CurrentManagedThreadId;
                await writer.WriteAsync([Batch(0, tokens: 1)], Cancel);
                return (Before: before, After: Environment.CurrentManagedThreadId, Thread.CurrentThread.Name);
            },
            Cancel, TaskCreationOptions.DenyChildAttach, writer.Scheduler);

        Assert.Equal(threads.Before, threads.After);
        Assert.Equal("sqlite writer 1", threads.Name);
    }

    private static IngestBatch Batch(long sequence, long tokens) => new(
        1,
        [
            new SpanUpdate
            {
                ProjectId = 1,
                TraceId = "t",
                SpanId = "s",
                Version = new UpdateVersion(1, 1_000 + sequence, sequence),
                Kind = SpanKind.Generation,
                StartTime = 1_000,
                Usage = new TokenUsage { Output = tokens, Rule = UsageRule.Disjoint },
            },
        ],
        []);
}
