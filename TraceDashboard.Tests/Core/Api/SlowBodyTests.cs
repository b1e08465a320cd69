using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Api;

/// <summary>Senders that begin a body and do not go on with it.</summary>
public sealed class SlowBodyTests(SlowBodyTests.App fixture) : IClassFixture<SlowBodyTests.App>
{
    private const int Connections = 300;

    /// <summary>Of a largest body, which each of them announces where it may.</summary>
    private const int Large = 60_000_000;

    private const int Small = 60_000;

    private static readonly TimeSpan s_patience = new IngestionOptions().BodyPatience;

    private readonly TestApp _app = fixture.Value;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/v1/traces", Large)]
    [InlineData("POST", "/api/traces/start", Large)]
    [InlineData("PUT", "/api/traces/t/update", Large)]
    [InlineData("POST", "/api/traces/t/complete", Large)]
    [InlineData("POST", "/api/public/ingestion", Large)]
    [InlineData("POST", "/api/public/scores", Small)]
    [InlineData("POST", "/api/public/media", Small)]
    [InlineData("PUT", "the address of an upload", Large / 2)]
    [InlineData("DELETE", "/api/public/traces", Small)]
    [InlineData("POST", "/api/keys", Small)]
    [InlineData("PUT", "/api/project/settings", Small)]
    [InlineData("POST", "/api/model-prices", Small)]
    public async Task Hundreds_of_stalled_bodies_leave_ordinary_traffic_alone_and_end_with_408(string method, string path, int declared)
    {
        if (!path.StartsWith('/'))
            path = await ClaimAsync(declared);
        var waiting = fixture.Time.BodiesAsync(Connections);
        var stalled = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => StalledRequest.SendAsync(_app.Address, method, path, declared, sent: 0)));
        try
        {
            await waiting;
            await SendOrdinaryAsync(_app);

            fixture.Time.Advance(s_patience);

            Assert.All(await Task.WhenAll(stalled.Select(s => s.StatusAsync())).WaitAsync(TimeSpan.FromMinutes(1), Cancel), status => Assert.Equal(408, status));
            Assert.Equal(0, _app.Get<Admission>().BytesInFlight);
        }
        finally
        {
            foreach (var request in stalled)
                request.Dispose();
        }
    }

    [Fact]
    public async Task Hundreds_of_stalled_grpc_messages_leave_ordinary_traffic_alone_and_end_with_deadline_exceeded()
    {
        using var client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });
        using var end = new CancellationTokenSource();
        var waiting = fixture.Time.BodiesAsync(Connections);
        var answers = Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_app.GrpcAddress!, $"/{OtlpGrpcMethods.Traces}/Export"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new StalledContent(end.Token),
            };
            request.Headers.TE.ParseAdd("trailers");
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            await answer.Content.ReadAsByteArrayAsync(Cancel);
            return answer.TrailingHeaders.Concat(answer.Headers).First(h => h.Key == "grpc-status").Value.First();
        }));

        await waiting;
        await SendOrdinaryAsync(_app);
        fixture.Time.Advance(s_patience);

        Assert.All(await answers.WaitAsync(TimeSpan.FromMinutes(1), Cancel), status => Assert.Equal("4", status));
        await end.CancelAsync();
    }

    [Fact]
    public async Task A_body_that_goes_on_too_slowly_is_not_waited_for()
    {
        var waiting = fixture.Time.BodiesAsync(1);
        using var request = await StalledRequest.SendAsync(_app.Address, "POST", "/v1/traces", Large, 0);
        await waiting;
        var status = request.StatusAsync();
        for (var sent = 1_000; !status.IsCompleted; sent += 1_000)
        {
            Assert.InRange(sent, 0, 100_000);
            await request.SendMoreAsync(new byte[1_000]);
            while (!status.IsCompleted && _app.Get<Admission>().BytesInFlight < sent)
                await Task.Yield();
            fixture.Time.Advance(s_patience);
        }

        Assert.Equal(408, await status);
    }

    [Fact]
    public async Task A_body_that_comes_slowly_but_fast_enough_is_taken()
    {
        var body = OtlpBodies.ToJson(OtlpBodies.Request(OtlpBodies.Span(7)));
        body = [.. body, .. Enumerable.Repeat((byte)' ', 30_000 - body.Length)];
        using var request = await StalledRequest.SendAsync(_app.Address, "POST", "/v1/traces", body.Length, 0);
        for (var sent = 0; sent < body.Length; sent += 10_000)
        {
            if (sent > 0)
                fixture.Time.Advance(s_patience);
            var held = _app.Get<Admission>().BytesInFlight;
            await request.SendMoreAsync(body.AsMemory(sent, 10_000));
            while (sent + 10_000 < body.Length && _app.Get<Admission>().BytesInFlight < held + 10_000)
                await Task.Yield();
        }

        Assert.Equal(200, await request.StatusAsync());
    }

    [Fact]
    public async Task One_caller_holds_a_quarter_of_the_budget_and_others_have_the_rest()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?>
            {
                ["Ingestion:MaxBytesInFlight"] = "8000000",
                ["Ingestion:MaxBodyBytes"] = "1000000",
                ["Bootstrap:PublicKey"] = "pk-slow",
                ["Bootstrap:SecretKey"] = "sk-slow",
            },
        });
        const int size = 100_000;
        const int admitted = 2_000_000 / size;
        using var refused = new SemaphoreSlim(0);
        var stalled = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => StalledRequest.SendAsync(app.Address, "POST", "/v1/traces", size * 2, size)));
        var statuses = stalled.Select(async request =>
        {
            if (await request.StatusAsync() == 503)
                refused.Release();
        }).ToArray();
        for (var i = 0; i < Connections - admitted; i++)
            Assert.True(await refused.WaitAsync(TimeSpan.FromSeconds(60), Cancel));

        Assert.InRange(app.Get<Admission>().BytesInFlight, size, 2_000_000);
        app.Client.DefaultRequestHeaders.Add("x-api-key", "sk-slow");
        await SendOrdinaryAsync(app);
        using var large = new ByteArrayContent([.. OtlpBodies.ToJson(OtlpBodies.Request(OtlpBodies.Span(2))), .. Enumerable.Repeat((byte)' ', 900_000)]);
        large.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await app.Client.PostAsync("/v1/traces", large, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        foreach (var request in stalled)
            request.Dispose();
        await Task.WhenAll(statuses);
    }

    private static async Task SendOrdinaryAsync(TestApp app)
    {
        for (var i = 0; i < 20; i++)
        {
            using var content = new ByteArrayContent(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span(1 + i))));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            using var answer = await app.Client.PostAsync("/v1/traces", content, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private async Task<string> ClaimAsync(int length)
    {
        using var content = new StringContent(
            new JsonObject
            {
                ["traceId"] = "t",
                ["contentType"] = "image/png",
                ["contentLength"] = length,
                ["sha256Hash"] = Convert.ToBase64String(SHA256.HashData([1])),
                ["field"] = "input",
            }.ToJsonString(),
            Encoding.UTF8,
            "application/json");
        using var answer = await _app.Client.PostAsync("/api/public/media", content, Cancel);
        return new Uri(JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["uploadUrl"]!.GetValue<string>()).PathAndQuery;
    }

    /// <summary>A request over a connection of its own, whose body ends early.</summary>
    private sealed class StalledRequest(TcpClient connection) : IDisposable
    {
        public static async Task<StalledRequest> SendAsync(Uri address, string method, string path, int declared, int sent)
        {
            var connection = new TcpClient();
            await connection.ConnectAsync(address.Host, address.Port, Cancel);
            var head = $"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {declared}\r\n\r\n";
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + new string(' ', sent)), Cancel);
            return new StalledRequest(connection);
        }

        public async Task SendMoreAsync(ReadOnlyMemory<byte> bytes) => await connection.GetStream().WriteAsync(bytes, Cancel);

        /// <summary>Of the answer; 0 when there is none.</summary>
        public async Task<int> StatusAsync()
        {
            var head = new byte[12];
            try
            {
                await connection.GetStream().ReadExactlyAsync(head, Cancel);
                return int.Parse(Encoding.ASCII.GetString(head)[9..], System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                return 0;
            }
        }

        public void Dispose() => connection.Dispose();
    }

    /// <summary>A body of which nothing comes.</summary>
    private sealed class StalledContent : HttpContent
    {
        private readonly CancellationToken _end;

        public StalledContent(CancellationToken end)
        {
            _end = end;
            Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync(_end); // the head waits for more otherwise
            await Task.Delay(Timeout.Infinite, _end);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    public sealed class App : IAsyncLifetime
    {
        internal BodyTime Time { get; } = new();

        public TestApp Value { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Value = await TestApp.StartAsync(new TestAppOptions
        {
            GrpcListener = true,
            Services = services => services.AddSingleton<TimeProvider>(Time),
        });

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }
    /// <summary>Time that stands still, and tells when bodies are waited for: each is given a timer then.</summary>
    internal sealed class BodyTime() : FakeTimeProvider(DateTimeOffset.UtcNow)
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource? _all;
        private int _missing;

        /// <summary>Ends when that many more bodies are waited for.</summary>
        public Task BodiesAsync(int count)
        {
            lock (_lock)
            {
                _missing = count;
                _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _all.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            lock (_lock)
            {
                if (state is IncomingBody && --_missing == 0)
                    _all?.SetResult();
            }

            return timer;
        }
    }
}
