using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Access;

public sealed class ApiKeyTests
{
    private const string Public = "pk-test";
    private const string Secret = "sk-test-1234";

    private static readonly Dictionary<string, string?> Keys = new() { ["Bootstrap:PublicKey"] = Public, ["Bootstrap:SecretKey"] = Secret };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_key_pair_is_accepted_in_each_form_and_nothing_else_is()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Environment = "Production", Settings = Keys });

        Assert.Equal(HttpStatusCode.OK, await Call(app, "Authorization", $"Basic {Base64($"{Public}:{Secret}")}"));
        Assert.Equal(HttpStatusCode.OK, await Call(app, "Authorization", $"Bearer {Secret}"));
        Assert.Equal(HttpStatusCode.OK, await Call(app, "x-api-key", Secret));

        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "Authorization", $"Bearer {Secret}5"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "Authorization", $"Bearer {Public}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "Authorization", $"Basic {Base64($"pk-other:{Secret}")}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "Authorization", $"Basic {Base64(Secret)}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "Authorization", "Basic %%%"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "Authorization", $"Digest {Secret}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "x-api-key", "sk-"));
    }

    [Fact]
    public async Task A_keyless_call_from_this_machine_is_accepted_where_it_is_allowed_and_a_wrong_key_is_not()
    {
        await using var app = await TestApp.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await Call(app));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "x-api-key", "sk-wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "X-Forwarded-For", "203.0.113.7"));

        await using var closed = await TestApp.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["Ingestion:AllowAnonymous"] = "false" } });
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(closed));
    }

    [Fact]
    public async Task A_refusal_names_the_schemes_and_says_what_to_send()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Environment = "Production" });

        using var response = await app.Client.PostAsJsonAsync("/api/traces/start", new { }, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["Basic", "Bearer"], response.Headers.WwwAuthenticate.Select(h => h.Scheme));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Contains("x-api-key", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_read_once_for_many_calls_and_what_another_process_revokes_is_refused_a_second_later()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var app = await TestApp.StartAsync(new TestAppOptions { Settings = Keys, Services = services => services.AddSingleton<TimeProvider>(time) });
        Assert.Equal(HttpStatusCode.OK, await Call(app, "x-api-key", Secret));

        await app.Get<TraceStore>().WriteAsync((db, ct) => db.ApiKeys.ExecuteDeleteAsync(ct), Cancel);
        Assert.Equal(HttpStatusCode.OK, await Call(app, "x-api-key", Secret));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "x-api-key", Secret));
    }

    [Fact]
    public async Task What_this_process_creates_or_revokes_counts_from_the_next_call()
    {
        // Time stands still: nothing is read again because it is old.
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var app = await TestApp.StartAsync(new TestAppOptions { Settings = Keys, Services = services => services.AddSingleton<TimeProvider>(time) });
        var manager = app.Get<ApiKeyManager>();
        Assert.Equal(HttpStatusCode.OK, await Call(app, "x-api-key", Secret));

        var created = await manager.CreateAsync(DefaultProject.Id, "gateway", ApiKeyScopes.Ingest, null, Cancel);
        Assert.Equal(HttpStatusCode.OK, await Call(app, "x-api-key", created.SecretKey));

        Assert.True(await manager.RevokeAsync(DefaultProject.Id, created.Key.PublicKey, Cancel));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "x-api-key", created.SecretKey));
        Assert.Equal(HttpStatusCode.OK, await Call(app, "x-api-key", Secret));
    }

    [Fact]
    public async Task An_expired_key_is_refused_from_its_last_moment_on()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var app = await TestApp.StartAsync(new TestAppOptions { Services = services => services.AddSingleton<TimeProvider>(time) });
        var created = await app.Get<ApiKeyManager>().CreateAsync(DefaultProject.Id, "trial", ApiKeyScopes.All, time.GetUtcNow().AddMinutes(1), Cancel);

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.OK, await Call(app, "x-api-key", created.SecretKey));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(app, "x-api-key", created.SecretKey));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_last_use_is_written_within_seconds_at_first_and_then_once_a_minute(bool postgres)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var cluster = await TestContext.Current.GetFixture<PostgresCluster>();
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Postgres = postgres ? await cluster!.CreateDatabaseAsync(Cancel) : null,
            Services = services => services.AddSingleton<TimeProvider>(time),
        });
        var manager = app.Get<ApiKeyManager>();
        var usage = app.Get<ApiKeyUsage>();
        var created = await manager.CreateAsync(DefaultProject.Id, "gateway", ApiKeyScopes.Ingest, null, Cancel);
        Assert.Null(await LastUseAsync());

        await Call(app, "x-api-key", created.SecretKey);
        var first = time.GetUtcNow();
        await usage.WriteAsync(all: false, Cancel);
        Assert.Equal(first, await LastUseAsync());

        time.Advance(TimeSpan.FromSeconds(59));
        await Call(app, "x-api-key", created.SecretKey);
        var second = time.GetUtcNow();
        await usage.WriteAsync(all: false, Cancel);
        Assert.Equal(first, await LastUseAsync());

        time.Advance(TimeSpan.FromSeconds(1));
        await usage.WriteAsync(all: false, Cancel);
        Assert.Equal(second, await LastUseAsync());

        async Task<DateTimeOffset?> LastUseAsync() => Assert.Single(await manager.ListAsync(DefaultProject.Id, Cancel)).LastUsedAt;
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Keys_of_the_release_before_keep_what_they_could_do(DatabaseProvider provider)
    {
        var cluster = await TestContext.Current.GetFixture<PostgresCluster>();
        await using var fixture = await StoreFixture.CreateAsync(provider, cluster!);

        var key = await fixture.Store.WriteAsync(
            async (db, ct) =>
            {
                await db.Database.MigrateAsync("Scores", ct);
                await db.Database.ExecuteSqlAsync($"INSERT INTO projects (id, name, created_at) VALUES (7, 'Shop', 0)", ct);
                await db.Database.ExecuteSqlAsync($"INSERT INTO api_keys (project_id, public_key, secret_hash, created_at) VALUES (7, 'pk-old', {ApiKeys.Hash(Secret)}, 0)", ct);
                await db.Database.MigrateAsync(ct);
                return await db.ApiKeys.SingleAsync(ct);
            },
            Cancel);

        Assert.Equal(("pk-old", (short)ApiKeyScopes.All, "From the configuration"), (key.PublicKey, key.Scopes, key.Name));
        Assert.Equal((null, null, null), (key.ExpiresAt, key.RevokedAt, key.LastUsedAt));
    }

    [Fact]
    public async Task The_first_start_creates_project_and_keys_and_later_ones_change_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("trace-dashboard-").FullName;
        var settings = new Dictionary<string, string?>(Keys) { ["Bootstrap:ProjectName"] = "Shop" };
        await using (await TestApp.StartAsync(new TestAppOptions { Folder = folder, Settings = settings }))
        {
        }

        settings["Bootstrap:ProjectName"] = "Other";
        settings["Bootstrap:SecretKey"] = "sk-other";
        await using (var app = await TestApp.StartAsync(new TestAppOptions { Folder = folder, Settings = settings }))
        {
            await AssertBootstrapped(app);
            Assert.Contains(app.Log.Entries, e => e.Message.Contains("Bootstrap:PublicKey pk-test is ignored", StringComparison.Ordinal));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Two_instances_on_one_postgres_database_create_one_project_and_the_next_gets_the_next_id()
    {
        var cluster = await TestContext.Current.GetFixture<PostgresCluster>();
        var settings = new Dictionary<string, string?>(Keys) { ["Bootstrap:ProjectName"] = "Shop" };
        var options = new TestAppOptions { Postgres = await cluster!.CreateDatabaseAsync(Cancel), Settings = settings };

        var apps = await Task.WhenAll(TestApp.StartAsync(options), TestApp.StartAsync(options));
        await using var first = apps[0];
        await using var second = apps[1];

        await AssertBootstrapped(first);
        await first.Get<TraceStore>().WriteAsync(
            (db, ct) =>
            {
                db.Projects.Add(new ProjectRow { Name = "Second" });
                return db.SaveChangesAsync(ct);
            },
            Cancel);
    }

    [Fact]
    public async Task Half_a_key_pair_or_a_key_of_another_form_is_an_error_of_the_configuration()
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => TestApp.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { ["Bootstrap:SecretKey"] = "secret" },
        }));

        Assert.Equal(2, exception.Failures.Count());
        Assert.All(exception.Failures, f => Assert.Contains("Bootstrap:SecretKey", f, StringComparison.Ordinal));
    }

    private static async Task AssertBootstrapped(TestApp app)
    {
        var (projects, keys) = await app.Get<TraceStore>().ReadAsync(
            async (db, ct) => (await db.Projects.ToListAsync(ct), await db.ApiKeys.ToListAsync(ct)), Cancel);
        var project = Assert.Single(projects);
        Assert.Equal((DefaultProject.Id, "Shop"), (project.Id, project.Name));
        var key = Assert.Single(keys);
        Assert.Equal(ApiKeys.Hash(Secret), key.SecretHash);
    }

    private static async Task<HttpStatusCode> Call(TestApp app, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/traces/start") { Content = new StringContent("{}", Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, value);
        using var response = await app.Client.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
