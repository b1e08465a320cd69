using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Access;

/// <summary>Every route of the app: who may call it, and how it refuses the others.</summary>
public sealed class EndpointAccessTests(EndpointAccessTests.App fixture) : IClassFixture<EndpointAccessTests.App>
{
    /// <summary>What needs no key, on purpose, beside the pages, which are open until there are accounts.</summary>
    private static readonly HashSet<string> s_open = new(StringComparer.Ordinal)
    {
        "/health/live", "/health/ready", "/metrics", "/api/public/health",
        "/api/public/media/{mediaId}/content", // signed addresses
        "/openapi/{documentName}.json", "/docs/api", "/docs/api/{documentName?}", "/docs/api/scalar.js", "/docs/api/scalar.aspnetcore.js", "/docs/api/favicon.svg",
    };

    private readonly TestApp _app = fixture.Value;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_endpoint_asks_for_a_key_or_is_open_on_purpose()
    {
        var wrong = Endpoints().Where(e => !IsProtected(e) && !IsOpen(e)).Select(e => e.DisplayName);

        Assert.Empty(wrong);
        Assert.All(Endpoints().Where(IsProtected), e =>
        {
            Assert.Equal(AccessPolicies.ApiKey, e.Metadata.GetMetadata<IAuthorizeData>()!.Policy);
            Assert.Null(e.Metadata.GetMetadata<IAllowAnonymous>());
            Assert.True(e.Metadata.GetMetadata<RequiredScopes>() is { Scopes: not ApiKeyScopes.None }, $"{e.DisplayName} does not say which scopes it needs");
        });
    }

    [Fact]
    public async Task Every_protected_route_refuses_bad_keys_in_the_form_of_its_protocol()
    {
        var routes = Endpoints().Where(IsProtected).ToList();
        Assert.True(routes.Count > 45, $"only {routes.Count} routes are protected");
        var keys = fixture.Keys;

        foreach (var route in routes)
        {
            var required = route.Metadata.GetMetadata<RequiredScopes>()!.Scopes;
            foreach (var (what, secret) in new[] { ("no", null), ("a wrong", "sk-wrong"), ("a revoked", keys.Revoked), ("an expired", keys.Expired) })
                await AssertRefusedAsync(route, $"{what} key", secret, 401, 16);
            foreach (var (scopes, secret) in new[] { (ApiKeyScopes.Ingest, keys.Ingest), (ApiKeyScopes.Read, keys.Read) })
            {
                if ((scopes & required) == required)
                    await AssertLetInAsync(route, secret);
                else
                    await AssertRefusedAsync(route, $"a key for {scopes}", secret, 403, 7);
            }

            await AssertLetInAsync(route, keys.Both);
        }
    }

    [Theory]
    [InlineData("GET", "/api/traces/{traceId}", ApiKeyScopes.Read)]
    [InlineData("POST", "/api/traces/start", ApiKeyScopes.Ingest)]
    [InlineData("DELETE", "/api/traces/{traceId}", ApiKeyScopes.All)]
    [InlineData("POST", "/api/public/ingestion", ApiKeyScopes.Ingest)]
    [InlineData("POST", "/api/public/scores", ApiKeyScopes.Ingest)]
    [InlineData("GET", "/api/public/scores", ApiKeyScopes.Read)]
    [InlineData("DELETE", "/api/public/scores/{scoreId}", ApiKeyScopes.All)]
    [InlineData("GET", "/api/public/projects", ApiKeyScopes.Read)]
    [InlineData("POST", "/v1/traces", ApiKeyScopes.Ingest)]
    [InlineData("POST", "/api/keys", ApiKeyScopes.All)]
    [InlineData("GET", "/api/models", ApiKeyScopes.Read)]
    [InlineData("GET", "/api/models/match", ApiKeyScopes.Read)]
    [InlineData("GET", "/api/model-prices", ApiKeyScopes.Read)]
    [InlineData("POST", "/api/model-prices", ApiKeyScopes.All)]
    [InlineData("PUT", "/api/model-prices/{priceId}", ApiKeyScopes.All)]
    [InlineData("DELETE", "/api/model-prices/{priceId}", ApiKeyScopes.All)]
    [InlineData("GET", "/api/project/settings", ApiKeyScopes.Read)]
    [InlineData("PUT", "/api/project/settings", ApiKeyScopes.All)]
    public void Sending_reading_and_what_goes_beyond_take_different_scopes(string method, string path, ApiKeyScopes scopes)
    {
        var route = Endpoints().Single(e => e.RoutePattern.RawText == path && Method(e) == method);

        Assert.Equal(scopes, route.Metadata.GetMetadata<RequiredScopes>()!.Scopes);
    }

    private IEnumerable<RouteEndpoint> Endpoints() => _app.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private static bool IsProtected(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null;

    private static bool IsOpen(RouteEndpoint endpoint)
    {
        var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

        // MapStaticAssets adds the fallback in builds that are not published; it takes no conventions and serves public files only.
        return endpoint.DisplayName == "Fallback {**path:file}"
            || (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
                && (s_open.Contains(path)
                    || endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
                    || path.StartsWith("/_blazor", StringComparison.Ordinal)
                    || path.StartsWith("/_framework", StringComparison.Ordinal)
                    || endpoint.Metadata.Any(m => m.GetType().Name == "StaticAssetDescriptor")));
    }

    private async Task AssertLetInAsync(RouteEndpoint route, string secret)
    {
        using var response = await SendAsync(route, secret);
        Assert.False(response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{route.DisplayName} refuses a key with the scopes it needs");
        if (IsGrpc(route))
            Assert.DoesNotMatch("^(7|16)$", GrpcStatus(response));
    }

    private async Task AssertRefusedAsync(RouteEndpoint route, string with, string? secret, int status, int grpcStatus)
    {
        using var response = await SendAsync(route, secret);
        var body = await response.Content.ReadAsByteArrayAsync(Cancel);
        var where = $"{route.DisplayName} with {with}: {(int)response.StatusCode} {response.Content.Headers.ContentType} {System.Text.Encoding.UTF8.GetString(body)}";

        if (IsGrpc(route))
        {
            Assert.True((response.StatusCode, GrpcStatus(response)) == (HttpStatusCode.OK, $"{grpcStatus}"), where);
            Assert.True(response.Headers.GetValues("grpc-message").Single().Length > 0, where);
            return;
        }

        Assert.True((int)response.StatusCode == status, where);
        Assert.True(response.Headers.WwwAuthenticate.Count > 0 == (status == 401), where);
        var path = route.RoutePattern.RawText!;
        if (IsOtlp(route))
        {
            Assert.True(response.Content.Headers.ContentType?.MediaType == "application/x-protobuf", where);
            Assert.Equal([0x08, (byte)grpcStatus, 0x12], body[..3]); // google.rpc.Status: code, and the beginning of the message
            Assert.True(body[3] > 0, where);
        }
        else if (path.StartsWith("/api/public/", StringComparison.Ordinal))
        {
            var json = JsonNode.Parse(body)!;
            Assert.True(json["error"]!.GetValue<string>() == (status == 401 ? "UnauthorizedError" : "ForbiddenError"), where);
            Assert.True(json["message"]!.GetValue<string>().Length > 0, where);
        }
        else
        {
            Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", where);
            var problem = JsonNode.Parse(body)!;
            Assert.True(problem["status"]!.GetValue<int>() == status, where);
            Assert.True(problem["detail"]!.GetValue<string>().Length > 0, where);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(RouteEndpoint route, string? secret)
    {
        var path = string.Join('/', route.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p is RoutePatternLiteralPart literal ? literal.Content : "none"))));
        var request = new HttpRequestMessage(new HttpMethod(Method(route)), new Uri(IsGrpc(route) ? _app.GrpcAddress! : _app.Address, "/" + path));
        if (secret is not null)
            request.Headers.Add("x-api-key", secret);
        if (request.Method != HttpMethod.Get)
            request.Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue(IsGrpc(route) ? "application/grpc" : IsOtlp(route) ? "application/x-protobuf" : "application/json") } };
        if (IsGrpc(route))
        {
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        }

        return await _app.Client.SendAsync(request, Cancel);
    }

    private static string Method(RouteEndpoint route) => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";

    private static bool IsGrpc(RouteEndpoint route) => route.RoutePattern.RawText!.Contains("opentelemetry.proto", StringComparison.Ordinal);

    private static bool IsOtlp(RouteEndpoint route) => route.RoutePattern.RawText is { } path
        && (path.EndsWith("/v1/traces", StringComparison.Ordinal) || path.EndsWith("/v1/metrics", StringComparison.Ordinal) || path.EndsWith("/v1/logs", StringComparison.Ordinal));

    private static string GrpcStatus(HttpResponseMessage response) =>
        (response.Headers.TryGetValues("grpc-status", out var values) ? values : response.TrailingHeaders.GetValues("grpc-status")).Single();

    /// <summary>The secrets of keys of every kind.</summary>
    public sealed record Secrets(string Both, string Ingest, string Read, string Revoked, string Expired);

    public sealed class App : IAsyncLifetime
    {
        public TestApp Value { get; private set; } = null!;

        public Secrets Keys { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
            Value = await TestApp.StartAsync(new TestAppOptions { Environment = "Production", GrpcListener = true, Services = services => services.AddSingleton<TimeProvider>(time) });
            var manager = Value.Get<ApiKeyManager>();
            var revoked = await CreateAsync(ApiKeyScopes.All);
            await manager.RevokeAsync(DefaultProject.Id, revoked.Key.PublicKey, Cancel);
            Keys = new Secrets(
                (await CreateAsync(ApiKeyScopes.All)).SecretKey,
                (await CreateAsync(ApiKeyScopes.Ingest)).SecretKey,
                (await CreateAsync(ApiKeyScopes.Read)).SecretKey,
                revoked.SecretKey,
                (await CreateAsync(ApiKeyScopes.All, time.GetUtcNow().AddSeconds(1))).SecretKey);
            time.Advance(TimeSpan.FromSeconds(1));

            Task<CreatedApiKey> CreateAsync(ApiKeyScopes scopes, DateTimeOffset? expiresAt = null) =>
                manager.CreateAsync(DefaultProject.Id, "test", scopes, expiresAt, Cancel);
        }

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }
}
