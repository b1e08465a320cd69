using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Postgres;
using TraceDashboard.Core.Storage.Sqlite;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage.Upgrades;

/// <summary>A database of each earlier release opens, upgrades, and has lost nothing.</summary>
public class UpgradeTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Each migration that there ever was, so that a new one is a case at once.</summary>
    public static TheoryData<DatabaseProvider, string> Releases
    {
        get
        {
            using var db = new SqliteTraceDbContext(SqliteTraceDbContext.Options("Data Source=:memory:"));
            return [.. db.Database.GetMigrations().SelectMany(m => StoreFixture.Providers.Select(p => (p.Data, NameOf(m))))];
        }
    }

    [Theory, MemberData(nameof(Releases))]
    public async Task A_database_of_an_earlier_release_upgrades_and_loses_nothing(DatabaseProvider provider, string release)
    {
        var before = new EarlierRelease(release);
        await using var store = await StartAsync(provider, before);

        Assert.Empty(await store.Store.ReadAsync((db, ct) => db.Database.GetPendingMigrationsAsync(ct), Cancel));
        foreach (var rows in before.Rows)
            Assert.Empty(await store.Store.ReadAsync((db, ct) => rows.MissingAsync(db, ct), Cancel));
        await CheckTracesAsync(store, before);
        await CheckScoresAsync(store, before);
        await CheckProjectAsync(store, before);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_comes_later_merges_into_a_trace_of_the_first_release(DatabaseProvider provider)
    {
        await using var store = await StartAsync(provider, new EarlierRelease("Initial"));
        var started = UnixNanos.FromDateTimeOffset(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        SpanUpdate late = new() { ProjectId = 1, TraceId = "open-1", SpanId = "answer", Version = new UpdateVersion(0, started - 1, 0), Hash = 1, Name = "older", Provider = "older" };
        SpanUpdate next = new() { ProjectId = 1, TraceId = "open-1", SpanId = "answer", Version = new UpdateVersion(2, started + UnixNanos.PerSecond, 0), Hash = 2, EndTime = started + UnixNanos.PerSecond, Status = SpanStatus.Ok, Chunks = [new OutputChunk(2, "its way.")] };
        SpanUpdate gone = new() { ProjectId = 1, TraceId = "deleted-1", SpanId = "a", Version = new UpdateVersion(2, started, 0), Hash = 3, StartTime = started };
        SpanUpdate fresh = new() { ProjectId = 1, TraceId = "new", SpanId = "a", Version = new UpdateVersion(2, started, 0), Hash = 4, StartTime = started, Input = "new"u8.ToArray() };

        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [late, next, gone, fresh], [new TraceUpdate { ProjectId = 1, TraceId = "open-1", Version = next.Version, Metadata = "{\"plan\":{\"seats\":3}}"u8.ToArray() }])], Cancel);

        var reader = store.Get<TraceReader>();
        var trace = (await reader.GetTraceAsync(1, "open-1", Cancel))!;
        Assert.Equal(("answer-question", "user-17", "chat-5", "staging", TraceActivity.Finished, 220L), (trace.Name, trace.UserId, trace.SessionId, trace.Environment, trace.Activity, trace.TokensIn));
        Assert.Equal("""{"plan":{"name":"pro","seats":3},"tenant":"acme","tries":2}""", trace.MetadataJson);
        var span = (await reader.GetSpanAsync(1, "open-1", "answer", null, Cancel))!;
        Assert.Equal(("answer-question", "openai", "gpt-4o-mini", "Your order is on its way."), (span.Facts.Name, span.Facts.Provider, span.RequestModel, span.Output));
        Assert.Contains("Where is my order?", span.Input, StringComparison.Ordinal);
        Assert.Null(await reader.GetTraceAsync(1, "deleted-1", Cancel));
        Assert.Equal("new", (await reader.GetSpanAsync(1, "new", "a", null, Cancel))!.Input);
    }

    [Theory]
    [InlineData("Initial")] // killed between two migrations
    [InlineData(null)] // killed when all were applied
    public async Task A_kill_while_SQLite_was_migrated_does_not_hang_the_next_start(string? reached)
    {
        var before = new EarlierRelease(reached);
        var start = StartAsync(
            DatabaseProvider.Sqlite, before,
            db => db.Database.ExecuteSqlRawAsync("CREATE TABLE IF NOT EXISTS __EFMigrationsLock (Id INTEGER PRIMARY KEY, Timestamp TEXT NOT NULL); INSERT INTO __EFMigrationsLock VALUES (1, '2026-01-01 00:00:00')", Cancel));

        await using var store = await start.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.Empty(await store.Store.ReadAsync((db, ct) => db.Database.GetPendingMigrationsAsync(ct), Cancel));
        Assert.Empty(await store.Store.ReadAsync((db, ct) => before.Rows[0].MissingAsync(db, ct), Cancel));
    }

    private static async Task CheckTracesAsync(StoreFixture store, EarlierRelease release)
    {
        var reader = store.Get<TraceReader>();
        var ids = release.Of("traces").ToDictionary(t => t.GetProperty("trace_no").GetInt64(), t => Text(t, "trace_id")!);
        foreach (var row in release.Of("traces"))
        {
            var trace = (await reader.GetTraceAsync(1, Text(row, "trace_id")!, Cancel))!;
            Assert.Equal(
                (Text(row, "name"), Text(row, "user_id"), Text(row, "session_id"), Text(row, "environment"), Text(row, "input_preview"), Text(row, "output_preview"), Text(row, "metadata")),
                (trace.Name, trace.UserId, trace.SessionId, trace.Environment, trace.InputPreview, trace.OutputPreview, trace.MetadataJson));
            Assert.Equal(
                (Number(row, "span_count"), Number(row, "error_count"), Number(row, "tokens_in"), Number(row, "tokens_cached"), Number(row, "tokens_out"), Number(row, "cost")),
                (trace.SpanCount, trace.ErrorCount, trace.TokensIn, trace.TokensCached, trace.TokensOut, trace.Cost is { } cost ? PicoDollars.FromUsd(cost) : null));
        }

        var contents = release.Of("span_contents").ToDictionary(c => Text(c, "span_id")!);
        var pieces = release.Of("span_chunks").ToLookup(c => Text(c, "span_id")!, c => Text(c, "text")!);
        foreach (var row in release.Of("spans"))
        {
            var id = Text(row, "span_id")!;
            var span = (await reader.GetSpanAsync(1, ids[Number(row, "trace_no")!.Value], id, null, Cancel))!;
            Assert.Equal(
                (Text(row, "name"), Text(row, "parent_span_id"), Number(row, "kind"), Text(row, "status_message"), Number(row, "start_time"), Number(row, "end_time"), Text(row, "response_model")),
                (span.Facts.Name, span.Facts.ParentSpanId, (long)span.Facts.Kind, span.StatusMessage, span.Facts.StartTime, span.Facts.EndTime, span.ResponseModel));
            Assert.Equal(
                (Text(contents[id], "input"), Text(contents[id], "output") ?? (pieces[id].Any() ? string.Concat(pieces[id]) : null), Text(contents[id], "attributes"), Text(contents[id], "events"), Text(contents[id], "links"), Text(contents[id], "resource")),
                (span.Input, span.Output, span.AttributesJson, span.EventsJson, span.LinksJson, span.ResourceJson));
        }

        var found = await store.Get<TraceSearch>().SearchAsync(1, new TraceFilter(), TraceOrder.NewestFirst, null, 100, Cancel);
        Assert.Equal(ids.Values.Order(StringComparer.Ordinal), found.Items.Select(t => t.TraceId).Order(StringComparer.Ordinal));
    }

    private static async Task CheckScoresAsync(StoreFixture store, EarlierRelease release)
    {
        foreach (var row in release.Of("scores"))
        {
            var score = (await store.Get<ScoreReader>().GetAsync(1, Text(row, "id")!, Cancel))!.Score;
            Assert.Equal(
                (Text(row, "name"), Text(row, "trace_id"), Text(row, "span_id"), Text(row, "session_id"), Text(row, "string_value"), Text(row, "comment"), row.TryGetProperty("value", out var value) ? value.GetDouble() : (double?)null),
                (score.Name, score.TraceId, score.SpanId, score.SessionId, score.Text, score.Comment, score.Value));
        }
    }

    /// <summary>What a project has set up goes on working: its keys, its prices, what it keeps, its files.</summary>
    private static async Task CheckProjectAsync(StoreFixture store, EarlierRelease release)
    {
        var (key, refusal) = await store.Get<ApiKeys>().FindAsync("pk-upgrade", "sk-upgrade", Cancel);
        Assert.Equal((1, ApiKeyScopes.All, null), (key!.ProjectId, (ApiKeyScopes)key.Scopes, refusal));
        var own = (await store.Get<PriceBooks>().CurrentAsync(Cancel)).Of(1).Own;
        Assert.Equal(release.Of("model_prices").Select(p => Text(p, "price_id")), own.Select(p => p.Id));
        var retention = (await store.Get<ProjectSettingsStore>().GetAsync(1, Cancel)).Retention;
        Assert.Equal(release.Of("project_settings").Any() ? new RetentionSettings(3_000, 3_650) : new RetentionSettings(), retention);
        foreach (var file in release.Of("media"))
            Assert.Equal(Text(file, "hash"), (await store.Get<MediaStore>().FindAsync(1, Text(file, "media_id")!, Cancel))!.Sha256);
    }

    private Task<StoreFixture> StartAsync(DatabaseProvider provider, EarlierRelease before, Func<TraceDbContext, Task>? last = null) => StoreFixture.CreateAsync(provider, cluster, services =>
    {
        services.Insert(0, ServiceDescriptor.Singleton<IStartStep>(sp => before.In(sp.GetRequiredService<TraceStore>(), last)));
        services.AddSearch();
        services.AddIngestion();
        services.AddSingleton<ApiKeys>();
    });

    private static string NameOf(string migration) => migration[(migration.IndexOf('_', StringComparison.Ordinal) + 1)..];

    private static string? Text(JsonElement row, string column) => row.TryGetProperty(column, out var value) ? value.GetString() : null;

    private static long? Number(JsonElement row, string column) => row.TryGetProperty(column, out var value) ? value.GetInt64() : null;

    /// <summary>Makes the database as a release left it, before the store of today starts on it: migration by migration, each with its rows.</summary>
    /// <param name="name">Its last migration; null for the newest.</param>
    private sealed class EarlierRelease(string? name) : IStartStep
    {
        private TraceStore _store = null!;
        private Func<TraceDbContext, Task>? _last;

        public List<RecordedRows> Rows { get; } = [];

        public IEnumerable<JsonElement> Of(string table) => Rows.SelectMany(r => r.Of(table));

        public EarlierRelease In(TraceStore store, Func<TraceDbContext, Task>? last)
        {
            (_store, _last) = (store, last);
            return this;
        }

        public async Task PrepareAsync(CancellationToken cancellationToken)
        {
            if (_store.Provider == DatabaseProvider.Sqlite)
                SqliteDatabase.Create(_store.ConnectionString);

            // Not through the store, which would put it into a schema of its own.
            await using var plain = _store.Provider == DatabaseProvider.Postgres ? NpgsqlDataSource.Create(_store.ConnectionString) : null;
            await using var db = plain is null ? _store.CreateContext() : new PostgresTraceDbContext(PostgresTraceDbContext.Options(plain));
            foreach (var migration in db.Database.GetMigrations())
            {
                await db.Database.MigrateAsync(migration, cancellationToken);
                Rows.Add(new RecordedRows(NameOf(migration)));
                await Rows[^1].InsertAsync(db, _store.Provider == DatabaseProvider.Postgres, cancellationToken);
                if (NameOf(migration) == name)
                    break;
            }

            if (_last is not null)
                await _last(db);
        }
    }
}
