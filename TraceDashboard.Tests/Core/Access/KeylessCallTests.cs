using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Access;

/// <summary>Who needs no key where <c>Ingestion:AllowAnonymous</c> is on: this machine, by its own names, and no page but the app's.</summary>
public sealed class KeylessCallTests(KeylessCallTests.Apps apps) : IClassFixture<KeylessCallTests.Apps>
{
    private static readonly HttpClient s_client = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("x-forwarded-proto", "https")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Forwarded-Port", "443")]
    [InlineData("X-Forwarded-Prefix", "/traces")]
    [InlineData("X-Forwarded-Server", "proxy")]
    [InlineData("X-Original-For", "127.0.0.1:1")]
    [InlineData("X-Original-Host", "localhost")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task What_somebody_passes_on_needs_a_key_whoever_believes_its_headers(string header, string value)
    {
        foreach (var app in new[] { apps.Plain, apps.BelievingEverybody, apps.BelievingThisMachine })
        {
            Assert.Equal(HttpStatusCode.OK, await CallAsync(app));
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(app, (header, value)));
        }
    }

    [Fact]
    public async Task The_address_of_the_connection_itself_counts_and_not_what_is_put_in_its_place()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces().SelectMany(n => n.GetIPProperties().UnicastAddresses).Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { ["urls"] = "http://0.0.0.0:0" },
            Services = services => services.AddSingleton<IStartupFilter>(new AddressInPlace(IPAddress.Loopback)),
        });

        Assert.Equal(HttpStatusCode.OK, await CallAsync(new Uri($"http://127.0.0.1:{app.Address.Port}"), ("Host", "localhost")));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(new Uri($"http://{address}:{app.Address.Port}"), ("Host", "localhost")));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LocalHost:5080", true)]
    [InlineData("traces.localhost:80", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.9.10:5080", true)]
    [InlineData("[::1]", true)]
    [InlineData("[::1]:5080", true)]
    [InlineData("shop.example", false)]
    [InlineData("localhost.shop.example", false)]
    [InlineData("notlocalhost", false)]
    [InlineData("localhost.", false)]
    [InlineData("127.0.0.1.shop.example", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("2130706433", false)]
    [InlineData("0x7f.1", false)]
    [InlineData("127.1", false)]
    [InlineData("[::2]", false)]
    [InlineData("[::ffff:127.0.0.1]", false)]
    public async Task Only_names_of_this_machine_itself_are_answered_without_a_key(string host, bool isLocal)
    {
        Assert.Equal(isLocal ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await CallAsync(apps.Plain, ("Host", host)));
        Assert.Equal(isLocal ? "0" : "16", await CallGrpcAsync(apps.Plain, host));
    }

    [Theory]
    [InlineData("http://127.0.0.1:{port}", true)]
    [InlineData("https://127.0.0.1:{port}", true)]
    [InlineData("http://127.0.0.1:1", false)]
    [InlineData("http://127.0.0.1", false)]
    [InlineData("http://localhost:{port}", false)]
    [InlineData("https://shop.example", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public async Task A_page_of_another_origin_needs_a_key_even_where_it_may_send(string origin, bool isOwn)
    {
        origin = origin.Replace("{port}", $"{apps.Plain.Address.Port}", StringComparison.Ordinal);

        Assert.Equal(isOwn ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await CallAsync(apps.Plain, ("Origin", origin)));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "none", true)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "none, cross-site", false)]
    [InlineData("Sec-Fetch-Mode", "cors", true)] // as Node.js sends it
    public async Task What_a_browser_says_of_the_page_that_calls_counts(string header, string value, bool isWelcome) =>
        Assert.Equal(isWelcome ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await CallAsync(apps.Plain, (header, value)));

    [Fact]
    public async Task Every_endpoint_refuses_bodies_of_the_types_that_a_browser_sends_without_asking()
    {
        var routes = apps.Plain.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IAuthorizeData>() is not null && (Method(e) is "POST" or "PUT" or "PATCH" || (Method(e), e.RoutePattern.RawText) == ("DELETE", "/api/public/traces")) && !e.RoutePattern.RawText!.Contains("opentelemetry.proto", StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count > 25, $"only {routes.Count} routes take a body");
        foreach (var route in routes)
        {
            foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", null })
            {
                using var request = new HttpRequestMessage(new HttpMethod(Method(route)), PathOf(route)) { Content = new ByteArrayContent("{}"u8.ToArray()) };
                if (type is not null)
                    request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                using var response = await apps.Plain.Client.SendAsync(request, Cancel);
                Assert.True(response.StatusCode == HttpStatusCode.UnsupportedMediaType, $"{route.DisplayName} answers {(int)response.StatusCode} to {type ?? "no type"}");
            }
        }

        // The events that a page of another site could have written.
        using var events = new StringContent("""{"batch":[{"id":"e","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"stolen"}}]}""", Encoding.UTF8, "text/plain");
        using var refused = await apps.Plain.Client.PostAsync("/api/public/ingestion", events, Cancel);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
        Assert.False(await apps.Plain.Get<TraceStore>().ReadAsync((db, ct) => db.Traces.AnyAsync(t => t.TraceId == "stolen", ct), Cancel));
    }

    private static Task<HttpStatusCode> CallAsync(TestApp app, params (string Name, string Value)[] headers) => CallAsync(app.Address, headers);

    private static async Task<HttpStatusCode> CallAsync(Uri address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/api/traces/start")) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var response = await s_client.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private static async Task<string> CallGrpcAsync(TestApp app, string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.GrpcAddress!, "/opentelemetry.proto.collector.trace.v1.TraceService/Export"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        Assert.True(request.Headers.TryAddWithoutValidation("Host", host)); // as :authority
        using var response = await s_client.SendAsync(request, Cancel);
        await response.Content.ReadAsByteArrayAsync(Cancel);
        return (response.TrailingHeaders.TryGetValues("grpc-status", out var values) ? values : response.Headers.GetValues("grpc-status")).Single();
    }

    private static string Method(RouteEndpoint route) => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";

    private static string PathOf(RouteEndpoint route) =>
        "/" + string.Join('/', route.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p is RoutePatternLiteralPart literal ? literal.Content : "none"))));

    /// <summary>Puts an address in the place of the connection's own, as middleware does that believes a header, and leaves no trace.</summary>
    private sealed class AddressInPlace(IPAddress address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                context.Connection.RemoteIpAddress = address;
                return rest(context);
            });
            next(app);
        };
    }

    public sealed class Apps : IAsyncLifetime
    {
        /// <summary>As everybody gets it in Development, and pages of one other origin may send.</summary>
        public TestApp Plain { get; private set; } = null!;

        /// <summary>With the framework's own switch, which believes whoever sends forwarding headers.</summary>
        public TestApp BelievingEverybody { get; private set; } = null!;

        /// <summary>With a proxy on this machine.</summary>
        public TestApp BelievingThisMachine { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Plain = await TestApp.StartAsync(new TestAppOptions { GrpcListener = true, Settings = new Dictionary<string, string?> { ["Cors:AllowedOrigins"] = "https://shop.example" } });
            BelievingEverybody = await TestApp.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["ForwardedHeaders_Enabled"] = "true" } });
            BelievingThisMachine = await TestApp.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["Hosting:KnownProxies"] = "127.0.0.1;::1" } });
        }

        public async ValueTask DisposeAsync()
        {
            await Plain.DisposeAsync();
            await BelievingEverybody.DisposeAsync();
            await BelievingThisMachine.DisposeAsync();
        }
    }
}
