using Microsoft.Data.Sqlite;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage.Sqlite;

public sealed class SqliteSpanWriterTests(PostgresCluster cluster)
{
    private const int FrameSize = 16_384 + 24;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_update_of_an_open_trace_writes_its_rows_and_no_index()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Sqlite, cluster);
        var writer = fixture.Get<SpanWriter>();
        await writer.WriteAsync([Batch(0, tokens: 1)], Cancel);
        var log = new SqliteConnectionStringBuilder(fixture.Store.ConnectionString).DataSource + "-wal";
        var before = new FileInfo(log).Length;

        await writer.WriteAsync([Batch(1, tokens: 2)], Cancel);

        // The trace, the span, the mark for the rollups and its number.
        Assert.Equal(4, (new FileInfo(log).Length - before) / FrameSize);
    }

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
