using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Api;

/// <summary>Whoever reads while the store fails is told so, and when to come again, without the words of the database.</summary>
public sealed class StoreFaultTests(PostgresCluster cluster)
{
    private static readonly string[] s_reads =
    [
        "/api/traces/search", "/api/traces/search?score=x", "/api/traces/t", "/api/models", "/api/model-prices", "/api/model-prices/recomputations", "/api/keys",
        "/api/public/traces", "/api/public/traces/t", "/api/public/observations", "/api/public/observations/o", "/api/public/v2/observations", "/api/public/sessions",
        "/api/public/sessions/s", "/api/public/scores", "/api/public/scores/s", "/api/public/v2/scores", "/api/public/media/m", "/api/public/projects",
    ];

    private static readonly string[] s_tables = ["traces", "trace_keys", "spans", "scores", "media", "projects", "api_keys", "model_prices", "repricings"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Reads_of_tables_that_do_not_fit_are_503(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        await app.Get<TraceStore>().WriteAsync(
            async (db, ct) =>
            {
                var renamed = string.Concat(s_tables.Select(t => $"ALTER TABLE {t} RENAME TO gone_{t};"));
                return await db.Database.ExecuteSqlRawAsync(renamed, ct);
            },
            Cancel);

        await AssertUnavailableAsync(app, "The tables of the database do not fit this version of the app.");
    }

    [Fact]
    public async Task Reads_of_a_database_that_is_down_are_503()
    {
        await using var own = await PostgresCluster.StartOwnAsync(Cancel);
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = await own.CreateDatabaseAsync(Cancel) });
        await own.StopAsync(Cancel);

        await AssertUnavailableAsync(app, "The database cannot be reached.");
    }

    private static async Task AssertUnavailableAsync(TestApp app, string words)
    {
        foreach (var path in s_reads)
        {
            using var answer = await app.Client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            var text = await answer.Content.ReadAsStringAsync(Cancel);

            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{path}: {answer.StatusCode} {text}");
            Assert.Contains(words, text, StringComparison.Ordinal);
            Assert.Equal(path.StartsWith("/api/public/", StringComparison.Ordinal) ? "application/json" : "application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            Assert.DoesNotContain(s_tables, t => text.Contains($"{t}.", StringComparison.Ordinal) || text.Contains($"\"{t}\"", StringComparison.Ordinal));
        }

        Assert.True(app.Log.Entries.Count(e => e.Level == LogLevel.Error && e.Exception is not null) >= s_reads.Length);
    }
}
