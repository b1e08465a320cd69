using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Access;

/// <summary>Managing keys over HTTP.</summary>
public sealed class ApiKeyApiTests : IAsyncLifetime
{
    private const string Secret = "sk-boot-1234";

    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(new TestAppOptions
    {
        Environment = "Production",
        Settings = new Dictionary<string, string?> { ["Bootstrap:PublicKey"] = "pk-boot", ["Bootstrap:SecretKey"] = Secret },
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_key_is_created_shown_once_used_listed_and_revoked()
    {
        var (status, created) = await SendAsync(HttpMethod.Post, "/api/keys", Secret, """{"name":" gateway ","scopes":["ingest"],"expiresAt":"2200-01-01T00:00:00Z"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        var secret = created!["secretKey"]!.GetValue<string>();
        var key = created["key"]!;
        var publicKey = key["publicKey"]!.GetValue<string>();
        Assert.Matches("^sk-[A-Za-z0-9]{40}$", secret);
        Assert.Matches("^pk-[A-Za-z0-9]{20}$", publicKey);
        Assert.Equal("""["gateway",["ingest"],"active","2200-01-01T00:00:00.000Z",null,null]""", Fields(key, "name", "scopes", "state", "expiresAt", "lastUsedAt", "revokedAt"));
        Assert.Equal(secret[^4..], key["secretEnd"]!.GetValue<string>());

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, "/api/traces/start", secret, "{}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Get, "/api/traces/search", secret)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Get, "/api/keys", secret)).Status);

        var list = (await SendAsync(HttpMethod.Get, "/api/keys", Secret)).Body!;
        Assert.Equal([publicKey, "pk-boot"], list["items"]!.AsArray().Select(k => k!["publicKey"]!.GetValue<string>()));
        Assert.Equal("""["From the configuration",["ingest","read"],"active",null,null]""", Fields(list["items"]![1]!, "name", "scopes", "state", "expiresAt", "secretEnd"));
        Assert.DoesNotContain(secret, list.ToJsonString(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/api/keys/{publicKey}", Secret)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Post, "/api/traces/start", secret, "{}")).Status);
        var revoked = (await SendAsync(HttpMethod.Get, "/api/keys", Secret)).Body!["items"]![0]!;
        Assert.Equal("revoked", revoked["state"]!.GetValue<string>());

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/api/keys/{publicKey}", Secret)).Status);
        Assert.Equal(revoked.ToJsonString(), (await SendAsync(HttpMethod.Get, "/api/keys", Secret)).Body!["items"]![0]!.ToJsonString());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/api/keys/pk-none", Secret)).Status);
    }

    [Theory]
    [InlineData("""{"scopes":["read"]}""", "name")]
    [InlineData("""{"name":"  ","scopes":["read"]}""", "name")]
    [InlineData("""{"name":"a"}""", "scopes")]
    [InlineData("""{"name":"a","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["read","write"]}""", "scopes[1]")]
    [InlineData("""{"name":"a","scopes":[null]}""", "scopes[0]")]
    [InlineData("""{"name":"a","scopes":"read"}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["read"],"expiresAt":"tomorrow"}""", "expiresAt")]
    [InlineData("""{"name":"a","scopes":["read"],"expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"a","scopes":["read"],"expires":null}""", "expires")]
    [InlineData("""{"name":""", "$")]
    public async Task What_is_wrong_is_named(string body, string field)
    {
        var (status, problem) = await SendAsync(HttpMethod.Post, "/api/keys", Secret, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal([field], problem!["errors"]!.AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_or_too_large_is_refused()
    {
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(HttpMethod.Post, "/api/keys", Secret, $$"""{"name":"{{new string('a', 300_000)}}"}""")).Status);
        using var text = new HttpRequestMessage(HttpMethod.Post, "/api/keys") { Content = new StringContent("{}", Encoding.UTF8, "text/plain"), Headers = { { "x-api-key", Secret } } };
        using var response = await _app.Client.SendAsync(text, Cancel);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_key_that_ends_makes_none_that_lives_longer()
    {
        var end = DateTimeOffset.UtcNow.AddDays(1);
        var temporary = await _app.Get<ApiKeyManager>().CreateAsync(DefaultProject.Id, "temporary", ApiKeyScopes.All, end, Cancel);

        foreach (var expiry in new[] { "null", $"\"{end.AddSeconds(1):O}\"" })
        {
            var (status, problem) = await SendAsync(HttpMethod.Post, "/api/keys", temporary.SecretKey, $$"""{"name":"heir","scopes":["read"],"expiresAt":{{expiry}}}""");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains("must not be later", problem!["errors"]!["expiresAt"]![0]!.GetValue<string>(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, "/api/keys", temporary.SecretKey, $$"""{"name":"heir","scopes":["read"],"expiresAt":"{{end.AddSeconds(-1):O}}"}""")).Status);
    }

    [Fact]
    public async Task A_project_sees_and_revokes_its_own_keys_only()
    {
        var other = await _app.Get<TraceStore>().WriteAsync(
            async (db, ct) =>
            {
                var project = new ProjectRow { Name = "Other" };
                db.Projects.Add(project);
                await db.SaveChangesAsync(ct);
                return project.Id;
            },
            Cancel);
        var theirs = await _app.Get<ApiKeyManager>().CreateAsync(other, "theirs", ApiKeyScopes.All, null, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/api/keys/pk-boot", theirs.SecretKey)).Status);
        Assert.Equal("theirs", Assert.Single((await SendAsync(HttpMethod.Get, "/api/keys", theirs.SecretKey)).Body!["items"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.Equal("pk-boot", Assert.Single((await SendAsync(HttpMethod.Get, "/api/keys", Secret)).Body!["items"]!.AsArray())!["publicKey"]!.GetValue<string>());
    }

    private static string Fields(JsonNode node, params string[] names) => new JsonArray([.. names.Select(n => node[n]?.DeepClone())]).ToJsonString();

    private async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string secret, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await _app.Client.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
