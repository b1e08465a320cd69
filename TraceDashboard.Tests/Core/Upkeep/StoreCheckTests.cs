using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Upkeep;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Upkeep;

/// <summary>What is derived from spans can be checked and repaired.</summary>
public class StoreCheckTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Differences_are_reported_and_repaired(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        var store = app.Get<TraceStore>();
        for (var i = 0; i < 5; i++)
            await app.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call($"t{i}", "a", 1, 1), SpanWriterTests.Call($"t{i}", "b", 1, 1)], [])], Cancel);
        await app.Get<RollupRefresher>().CatchUpAsync(Cancel);
        var sound = await DumpAsync(store);
        Assert.Equal((0, "Everything is as the spans say."), await RunAsync(app, "verify"));

        await store.WriteAsync(
            async (db, ct) =>
            {
                await db.Traces.Where(t => t.TraceId == "t1").ExecuteUpdateAsync(set => set.SetProperty(t => t.SpanCount, 7).SetProperty(t => t.TokensIn, 5L), ct);
                await db.Spans.Where(s => s.TraceNo == 3 && s.SpanId == "a").ExecuteUpdateAsync(set => set.SetProperty(s => s.Counted, s => !s.Counted), ct);
                return await db.Rollups.Where(r => r.Seconds == 900).ExecuteUpdateAsync(set => set.SetProperty(r => r.Count, r => r.Count + 1), ct);
            },
            Cancel);
        var broken = await DumpAsync(store);

        var (code, report) = await RunAsync(app, "verify");

        Assert.Equal(1, code);
        Assert.Contains("trace t1 of project 1: spans is 7, not 2; input tokens is 5, not", report, StringComparison.Ordinal);
        Assert.Contains("1 calls count that should not", report, StringComparison.Ordinal);
        Assert.Contains("charts of project 1", report, StringComparison.Ordinal);
        Assert.Equal(broken, await DumpAsync(store));

        (code, report) = await RunAsync(app, "rebuild");
        Assert.Equal(0, code);
        Assert.Contains("were repaired", report, StringComparison.Ordinal);
        Assert.Equal(sound, await DumpAsync(store));
        Assert.Equal((0, "Everything is as the spans say."), await RunAsync(app, "verify"));
    }

    // Trace, span, chart and check say the same of a call that two spans tell, of which each knows something.
    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_call_of_two_layers_is_one_call_and_one_error_wherever_it_is_counted(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        var store = app.Get<TraceStore>();
        static SpanUpdate Layer(string id, string? parent, TokenUsage usage, SpanStatus status) => new()
        {
            ProjectId = 1,
            TraceId = "t",
            SpanId = id,
            Version = new UpdateVersion(2, 1, 0),
            Hash = id.GetHashCode(StringComparison.Ordinal) | 1,
            ParentSpanId = parent,
            Kind = SpanKind.Generation,
            Status = status,
            StartTime = StoredRows.Start,
            EndTime = StoredRows.Start + 1,
            Provider = "openai",
            RequestModel = "gpt-4o",
            ResponseId = "r",
            Usage = usage,
        };
        var outer = Layer("outer", null, new TokenUsage { Input = 600, CacheRead = 400, Output = 120 }, SpanStatus.Error);
        var inner = Layer("inner", "outer", new TokenUsage { Input = 1000, Output = 70, Reasoning = 50 }, SpanStatus.Unset);

        await app.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [inner], [])], Cancel);
        await app.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [outer], [])], Cancel);
        while (await store.ReadAsync((db, ct) => db.DirtyBuckets.AnyAsync(ct), Cancel))
            await app.Get<RollupRefresher>().RefreshAsync(Cancel);

        // 600 × 2.50 + 400 × 1.25 + 120 × 10 = 3 200 millionths of a dollar.
        var trace = await store.ReadAsync((db, ct) => db.Traces.SingleAsync(ct), Cancel);
        Assert.Equal((1, 1, 3_200_000_000L, 1000L, 400L, 120L), (trace.ModelCalls, trace.ErrorCount, trace.Cost, trace.TokensIn, trace.TokensCached, trace.TokensOut));
        var chart = await store.ReadAsync((db, ct) => db.Rollups.SingleAsync(r => r.Seconds == RollupBucket.Quarter && r.Kind == (short)SpanKind.Generation, ct), Cancel);
        Assert.Equal((1L, 1L, 3_200_000_000L, 1000L, 400L, 120L), (chart.Calls, chart.Errors, chart.Cost, chart.TokensIn, chart.TokensCached, chart.TokensOut));
        var span = (await app.Get<TraceReader>().GetSpanAsync(1, "t", "inner", null, Cancel))!.Facts;
        Assert.Equal((true, 0.0037m, 0.0032m), (span.Counted, span.Cost.Amount, span.AsCall().Cost.Amount));
        Assert.Equal((0, "Everything is as the spans say."), await RunAsync(app, "verify"));

        await store.WriteAsync((db, ct) => db.Spans.Where(s => s.SpanId == "inner").ExecuteUpdateAsync(set => set.SetProperty(s => s.Layers, (string?)null), ct), Cancel);
        Assert.Equal(1, (await RunAsync(app, "verify")).Code);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_check_that_was_broken_off_goes_on_where_it_was(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        var store = app.Get<TraceStore>();
        for (var i = 0; i < 5; i++)
            await app.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call($"t{i}", "a", 1, 1)], [])], Cancel);
        var position = (await store.ReadAsync((db, ct) => db.Traces.Select(t => t.TraceNo).Order().ToListAsync(ct), Cancel))[2];
        await store.WriteAsync(
            (db, ct) =>
            {
                db.MaintenanceRuns.Add(new MaintenanceRunRow { Kind = "verify", Position = position, Traces = 3, Spans = 3 });
                return db.SaveChangesAsync(ct);
            },
            Cancel);

        await RunAsync(app, "verify");

        // The app may have gone on with it by itself, before it was asked to.
        var run = await store.ReadAsync((db, ct) => db.MaintenanceRuns.OrderBy(r => r.Id).FirstAsync(ct), Cancel);
        Assert.Equal((5L, 5L), (run.Traces, run.Spans));
        Assert.NotNull(run.FinishedAt);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_check_beside_a_writer_and_the_passes_over_the_charts_finds_nothing(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                    await app.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call($"t{i % 20}", $"s{i}", 1, 1)], [])], Cancel);
            },
            Cancel);
        var passes = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    await app.Get<RollupRefresher>().RefreshAsync(Cancel);
            },
            Cancel);

        for (var i = 0; i < 2; i++)
            Assert.Equal((0, "Everything is as the spans say."), await RunAsync(app, "verify"));

        await stop.CancelAsync();
        await Task.WhenAll(writing, passes);
    }

    /// <summary>As the command line does it while the app runs: on SQLite the app does the work.</summary>
    private static async Task<(int Code, string Report)> RunAsync(TestApp app, string verb)
    {
        var store = app.Get<TraceStore>();
        var arguments = store.Provider == DatabaseProvider.Sqlite
            ? new[] { $"--ConnectionStrings:Sqlite={store.ConnectionString}" }
            : ["--Database:Provider=Postgres", $"--ConnectionStrings:Postgres={store.ConnectionString}"];
        await using var second = Program.Build(arguments);
        using var output = new StringWriter();
        var code = await StoreCheckVerbs.RunAsync(second.Services, verb, output, Cancel);
        var report = output.ToString();
        Assert.Equal(store.Provider == DatabaseProvider.Sqlite, report.Contains("so it does the work", StringComparison.Ordinal));
        var lines = report.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (code, code == 0 && lines[^1].StartsWith("Everything", StringComparison.Ordinal) ? lines[^1] : report);
    }

    private static Task<string> DumpAsync(TraceStore store) => store.ReadAsync(
        async (db, ct) =>
        {
            var traces = await db.Traces.OrderBy(t => t.TraceNo).Select(t => $"{t.TraceId} {t.SpanCount} {t.ModelCalls} {t.TokensIn} {t.TokensOut} {t.Cost}").ToListAsync(ct);
            var spans = await db.Spans.OrderBy(s => s.TraceNo).ThenBy(s => s.SpanId).Select(s => $"{s.SpanId} {s.Counted}").ToListAsync(ct);
            var charts = await db.Rollups.Where(r => r.Seconds == 900).OrderBy(r => r.Kind).ThenBy(r => r.Model).Select(r => $"{r.Bucket} {r.Kind} {r.Count} {r.Calls} {r.TokensIn}").ToListAsync(ct);
            return string.Join('\n', traces.Concat(spans).Concat(charts));
        },
        Cancel);
}
