using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Access;

/// <summary>What belongs to another project answers like what does not exist, on every route that takes an id.</summary>
public sealed partial class ForeignIdTests(PostgresCluster cluster)
{
    private const string OwnSecret = "sk-own-1234";
    private const string MediaId = "LPJNul-wow4m6Dsqxbninh";

    /// <summary>Ids that the other project has, by the name of the route's parameter.</summary>
    private static readonly Dictionary<string, string> s_foreign = new(StringComparer.Ordinal)
    {
        ["traceId"] = "t-1",
        ["sessionId"] = "s-1",
        ["observationId"] = "g-1",
        ["scoreId"] = "sc-1",
        ["publicKey"] = "pk-own",
        ["priceId"] = "mp-own",
        ["mediaId"] = MediaId,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_foreign_id_answers_byte_for_byte_like_an_unknown_one_with_as_many_statements(DatabaseProvider provider)
    {
        using var log = new SqlLog();
        var folder = Directory.CreateTempSubdirectory("td-media-");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow); // it stands still, and with it what the store does by itself
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Environment = "Production",
            Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null,
            Settings = new Dictionary<string, string?> { ["Bootstrap:PublicKey"] = "pk-own", ["Bootstrap:SecretKey"] = OwnSecret, ["Media:Folder"] = folder.FullName },
            Services = services =>
            {
                services.AddSingleton<TimeProvider>(time);
                log.AddTo(services);
            },
        });
        var stranger = await CreateStrangerAsync(app);
        await FillAsync(app);

        // Sending is no question: it makes what it names in the sender's own project.
        var routes = app.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.Parameters.Count > 0 && e.Metadata.GetMetadata<RequiredScopes>() is { } required && (required.Scopes & ApiKeyScopes.Read) != 0)
            .ToList();
        Assert.True(routes.Count >= 9, $"only {routes.Count} routes were found");
        foreach (var route in routes)
        {
            var method = new HttpMethod(route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]);
            var unknown = await AskAsync(method, Path(route, _ => "none"));
            var foreign = await AskAsync(method, Path(route, name => s_foreign[name]));

            Assert.Equal(unknown, foreign);
            Assert.StartsWith("NotFound", unknown, StringComparison.Ordinal);
            Assert.DoesNotContain(" 0 statements", unknown, StringComparison.Ordinal);
        }

        // It was all there, and still is.
        foreach (var path in new[] { "/api/traces/t-1", "/api/public/traces/t-1", "/api/public/observations/g-1", "/api/public/sessions/s-1", "/api/public/scores/sc-1", "/api/keys", $"/api/public/media/{MediaId}", "/api/model-prices" })
        {
            using var own = await SendAsync(app, HttpMethod.Get, path, OwnSecret);
            Assert.Equal((path, HttpStatusCode.OK), (path, own.StatusCode));
        }

        async Task<string> AskAsync(HttpMethod method, string path)
        {
            log.Clear();
            using var answer = await SendAsync(app, method, path, stranger);
            var headers = answer.Headers.Where(h => h.Key != "Date").Concat(answer.Content.Headers).Select(h => $"{h.Key}: {string.Join(',', h.Value)}");
            return $"{answer.StatusCode} {method} {string.Join(' ', headers)} {await answer.Content.ReadAsStringAsync(Cancel)} {log.Statements.Count(s => Tenant().IsMatch(s))} statements";
        }
    }

    private static string Path(RouteEndpoint route, Func<string, string> value) =>
        "/" + string.Join('/', route.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p is RoutePatternParameterPart parameter ? value(parameter.Name) : ((RoutePatternLiteralPart)p).Content))));

    /// <returns>The secret of a key of another project.</returns>
    private static async Task<string> CreateStrangerAsync(TestApp app)
    {
        var projectId = await app.Get<TraceStore>().WriteAsync(
            async (db, ct) =>
            {
                var project = new ProjectRow { Name = "Other" };
                db.Projects.Add(project);
                await db.SaveChangesAsync(ct);
                return project.Id;
            },
            Cancel);
        return (await app.Get<ApiKeyManager>().CreateAsync(projectId, "stranger", ApiKeyScopes.All, null, Cancel)).SecretKey;
    }

    private static async Task FillAsync(TestApp app)
    {
        const string batch =
            """
            {"batch":[
              {"id":"1","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"t-1","name":"chat","sessionId":"s-1"}},
              {"id":"2","timestamp":"2026-01-01T00:00:01Z","type":"generation-create","body":{"id":"g-1","traceId":"t-1","name":"answer","model":"gpt-4o","endTime":"2026-01-01T00:00:05Z"}},
              {"id":"3","timestamp":"2026-01-01T00:00:06Z","type":"score-create","body":{"id":"sc-1","traceId":"t-1","name":"helpful","value":1}}
            ]}
            """;
        using var answer = await SendAsync(app, HttpMethod.Post, "/api/public/ingestion", OwnSecret, batch);
        Assert.Equal(HttpStatusCode.MultiStatus, answer.StatusCode);
        await app.Get<TraceStore>().InsertAsync(new ModelPriceRow { ProjectId = DefaultProject.Id, PriceId = "mp-own", Pattern = "gpt-4o" });

        var bytes = "hello"u8.ToArray();
        var claim = new MediaClaim("t-1", null, "input", "text/plain", bytes.Length, Convert.ToBase64String(SHA256.HashData(bytes)));
        Assert.Equal(MediaId, claim.MediaId);
        await app.Get<MediaStore>().ClaimAsync(DefaultProject.Id, claim, Cancel);
        Assert.Equal(MediaUploadOutcome.Stored, await app.Get<MediaStore>().UploadAsync(DefaultProject.Id, MediaId, new MemoryStream(bytes), Cancel));
    }

    private static async Task<HttpResponseMessage> SendAsync(TestApp app, HttpMethod method, string path, string secret, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-api-key", secret);
        return await app.Client.SendAsync(request, Cancel);
    }

    [GeneratedRegex("(FROM|INTO|UPDATE|JOIN)\\s+\"?(trace_keys|traces|spans|span_contents|span_chunks|metadata_values|scores|media|media_links|api_keys|model_prices)\\b")]
    private static partial Regex Tenant();
}
