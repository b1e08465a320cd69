using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Storage;
using TraceDashboard.Hosting;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

public sealed class HostingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_answers_without_a_key_on_the_apps_address()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Environment = "Production" });

        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            using var response = await app.Client.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Readiness_fails_while_the_store_cannot_be_read_and_liveness_does_not()
    {
        await using var app = await TestApp.StartAsync();
        await app.Get<TraceStore>().WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync("ALTER TABLE projects RENAME TO gone", ct), Cancel);

        using var ready = await app.Client.GetAsync("/health/ready", Cancel);
        using var live = await app.Client.GetAsync("/health/live", Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task The_otlp_listener_answers_no_other_paths()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { OtlpListener = true });
        using var client = new HttpClient { BaseAddress = app.OtlpAddress };

        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        foreach (var path in new[] { "/", "/health/live", "/api/traces/search", "/v10", "/v1", "/v1/traces", "/v1/traces/more", "/v1/other", "/otel/v1/projects", "/api/public/otel/v1/page.css", "/not-found", "/metrics" })
        {
            using var response = await client.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("This port takes OTLP only: POST /v1/traces, /v1/logs or /v1/metrics.", await response.Content.ReadAsStringAsync(Cancel));
        }
    }

    [Fact]
    public async Task The_otlp_listener_answers_every_signal_under_every_prefix_and_never_with_a_page()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { OtlpListener = true });
        using var client = new HttpClient { BaseAddress = app.OtlpAddress };
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        foreach (var prefix in new[] { "", "/api/public/otel", "/api/v1/private/otel", "/otel", "/api/v1/otel", "/api/otel", "/otlp", "/api/otlp" })
        {
            foreach (var signal in new[] { "traces", "logs", "metrics" })
            {
                using var taken = await PostAsync($"{prefix}/v1/{signal}", "application/json");
                Assert.Equal((signal, HttpStatusCode.OK), (signal, taken.StatusCode));
                using var refused = await PostAsync($"{prefix}/v1/{signal}", "text/html");
                Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
                Assert.Equal("application/json", refused.Content.Headers.ContentType?.MediaType);
            }
        }

        async Task<HttpResponseMessage> PostAsync(string path, string type)
        {
            using var content = new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue(type));
            return await client.PostAsync(path, content, Cancel);
        }
    }

    [Fact]
    public async Task The_grpc_listener_answers_no_other_paths()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { GrpcListener = true });
        using var client = new HttpClient { BaseAddress = app.GrpcAddress, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        foreach (var path in new[] { "/", "/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService" })
        {
            using var response = await client.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("This port takes OTLP/gRPC only.", await response.Content.ReadAsStringAsync(Cancel));
        }
    }

    [Fact]
    public async Task A_busy_configured_port_is_an_error_that_names_its_key()
    {
        using var taken = Take(out var port);

        var exit = await Run(out var errors, $"--urls=http://127.0.0.1:{port}", $"--Otlp:HttpEndpoint=http://127.0.0.1:{port}");
        Assert.Equal(1, exit);
        Assert.Contains($"urls: http://127.0.0.1:{port} is in use", errors(), StringComparison.Ordinal);

        exit = await Run(out errors, "--urls=http://127.0.0.1:0", $"--Otlp:HttpEndpoint=http://127.0.0.1:{port}");
        Assert.Equal(1, exit);
        Assert.Contains($"Otlp:HttpEndpoint: http://127.0.0.1:{port} is in use", errors(), StringComparison.Ordinal);

        exit = await Run(out errors, "--urls=http://127.0.0.1:0", "--Otlp:HttpEndpoint=", $"--Otlp:GrpcEndpoint=http://127.0.0.1:{port}");
        Assert.Equal(1, exit);
        Assert.Contains($"Otlp:GrpcEndpoint: http://127.0.0.1:{port} is in use", errors(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listeners_cannot_share_a_port()
    {
        using var first = Take(out var port);
        first.Stop();

        var exit = await Run(out var errors, "--urls=http://127.0.0.1:0", $"--Otlp:HttpEndpoint=http://127.0.0.1:{port}", $"--Otlp:GrpcEndpoint=http://127.0.0.1:{port}");
        Assert.Equal(1, exit);
        Assert.Contains($"Otlp:GrpcEndpoint: http://127.0.0.1:{port} has the port of Otlp:HttpEndpoint", errors(), StringComparison.Ordinal);

        exit = await Run(out errors, $"--urls=http://127.0.0.1:{port}", "--Otlp:HttpEndpoint=", $"--Otlp:GrpcEndpoint=http://127.0.0.1:{port}");
        Assert.Equal(1, exit);
        Assert.Contains($"Otlp:GrpcEndpoint: http://127.0.0.1:{port} has the port of the app", errors(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Otlp:HttpEndpoint", 4318)]
    [InlineData("Otlp:GrpcEndpoint", 4317)]
    public async Task A_busy_default_otlp_port_is_a_warning_that_says_what_to_set(string key, int port)
    {
        using var taken = TryTake(port);
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { [key] = null },
        });

        var warning = Assert.Single(app.Log.Entries, e => e.Level == LogLevel.Warning && e.Message.Contains(key, StringComparison.Ordinal));
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), warning.Message, StringComparison.Ordinal);
        using var response = await app.Client.GetAsync("/health/live", Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Every_error_of_the_configuration_is_told_at_once_with_its_key_and_without_a_stack_trace()
    {
        var exit = await Run(
            out var errors,
            "--urls=localhost",
            "--Otlp:HttpEndpoint=http://localhost:0",
            "--Otlp:HtpEndpoint=x",
            "--Ingestion:MaxBodyBytes=12",
            "--Ingestion:MaxBatchSpans=many",
            "--Ingestion:MaxBodyByte=12",
            "--Live:AbandonedAfter=soon",
            "--Hosting:PathBase=llm/",
            "--Hosting:KnownProxies=10.0.0.1;the proxy",
            "--Cors:AllowedOrigins=https://shop.example;https://shop.example/",
            "--Database:Provider=Postgres");

        Assert.Equal(1, exit);
        var lines = errors().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Collection(
            lines.Skip(1).Order(StringComparer.Ordinal),
            line => Assert.StartsWith("  - ConnectionStrings:Postgres is not set", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Cors:AllowedOrigins has 'https://shop.example/', which is not an origin", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Hosting:KnownProxies has 'the proxy', which is neither an address nor a network", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Hosting:PathBase is 'llm/'; write it as /llm", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Ingestion:MaxBatchSpans is 'many', which is not a whole number", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Ingestion:MaxBodyByte is not a setting. Ingestion has: AllowAnonymous, ", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Ingestion:MaxBodyBytes is 12; it must be between 1024 and", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Live:AbandonedAfter is 'soon', which is not a time such as", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Otlp:HtpEndpoint is not a setting", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - Otlp:HttpEndpoint is 'http://localhost:0'; a free port", line, StringComparison.Ordinal),
            line => Assert.StartsWith("  - urls is 'localhost', which is not an address", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_cannot_be_opened_is_told_in_one_line()
    {
        await using var app = await TestApp.StartAsync();
        var database = app.Get<Microsoft.Extensions.Options.IOptions<DatabaseOptions>>().Value.ConnectionString;

        var exit = await Run(out var errors, "--urls=http://127.0.0.1:0", "--Otlp:HttpEndpoint=", $"--ConnectionStrings:Sqlite={database}");
        Assert.Equal(1, exit);
        Assert.Contains("Another process is using the database", errors(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors(), StringComparison.Ordinal);

        exit = await Run(out errors, "--urls=http://127.0.0.1:0", "--Otlp:HttpEndpoint=", "--Database:Provider=MySql");
        Assert.Equal(1, exit);
        Assert.Contains("Database:Provider is 'MySql', which is not one of Sqlite, Postgres.", errors(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_apps_addresses_are_kept_beside_the_otlp_listener()
    {
        using var first = Take(out var port);
        first.Stop();
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            OtlpListener = true,
            Settings = new Dictionary<string, string?> { ["urls"] = $"http://127.0.0.1:{port};http://[::1]:{port}" },
        });

        using var response = await app.Client.GetAsync($"http://127.0.0.1:{port}/health/live", Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain(app.Log.Entries, e => e.Message.Contains("Overriding address", StringComparison.Ordinal));
    }

    private static Task<int> Run(out Func<string> errors, params string[] args)
    {
        var writer = new StringWriter();
        errors = writer.ToString;
        return Program.Build(args, builder => builder.Logging.ClearProviders()).RunToExitCodeAsync(writer);
    }

    private static TcpListener Take(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    /// <summary>Nothing to do when another program has it.</summary>
    private static TcpListener TryTake(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
        }

        return listener;
    }
}
