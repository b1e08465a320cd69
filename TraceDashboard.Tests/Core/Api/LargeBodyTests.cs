using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Api;

/// <summary>The largest bodies that are allowed, on an app as users get it, in a process of its own.</summary>
public sealed class LargeBodyTests : IDisposable
{
    private const int Largest = 64 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trace-dashboard-");
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(5) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Bodies of which a parser makes many times their size: what they are sent to, what they begin with, repeat and end with, and the answer.</summary>
    public static TheoryData<string, string, string, string, HttpStatusCode> Shapes => new()
    {
        { "/api/traces/start", """{"input":[1""", ",1", "]}", HttpStatusCode.OK },
        { "/api/traces/start", """{"input":"x""", "x", "\"}", HttpStatusCode.OK },
        { "/api/traces/start", """{"name":"x""", "\\u00e9", "\"}", HttpStatusCode.OK },
        { "/api/traces/start", """{"name":"n","events":[{"name":"e"}""", """,{"name":"e"}""", "]}", HttpStatusCode.BadRequest },
        { "/api/traces/start", """{"metadata":{"a":1""", ""","a":1""", "}}", HttpStatusCode.BadRequest },
        { "/api/traces/start", """{"tags":[""",  "\"\",", "\"\"]}", HttpStatusCode.BadRequest },
        { "/api/traces/start", """{"x":1""", ""","x":1""", "}", HttpStatusCode.BadRequest },
        { "/api/public/ingestion", """{"batch":[1""", ",1", "]}", HttpStatusCode.MultiStatus },
        { "/api/public/ingestion", """{"batch":[{"id":"e","timestamp":"2026-01-01T00:00:00Z","type":"span-create","body":{"id":"s","traceId":"t","input":[1""", ",1", "]}}]}", HttpStatusCode.MultiStatus },
        { "/api/public/ingestion", """{"batch":[{"id":"e","timestamp":"2026-01-01T00:00:00Z","type":"span-create","body":{"id":"s","traceId":"t","name":"x""", "x", "\"}}]}", HttpStatusCode.MultiStatus },
        { "/api/public/ingestion", """{"batch":[{"id":"e","timestamp":"2026-01-01","type":"sdk-log","body":{}}""", """,{"id":"e","timestamp":"2026-01-01","type":"sdk-log","body":{}}""", "]}", HttpStatusCode.MultiStatus },
        { "/api/public/ingestion", """{"batch":[{"id":"e","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"a":1""", ""","a":1""", "}}]}", HttpStatusCode.MultiStatus },
    };

    [Fact]
    public async Task Json_of_the_largest_size_costs_at_most_three_times_its_size()
    {
        await using var app = await StartAsync();
        await WarmUpAsync();
        var atFirst = Memory(app.Id, "VmRSS");
        var (costs, peak) = (new List<string>(), atFirst);
        foreach (var row in Shapes)
        {
            var (path, begin, repeated, end, status) = row.Data;
            var idle = await ForgetPeakAsync(app);

            using var content = new Repeated(begin, repeated, end, Largest);
            using var answer = await _client.PostAsync(path, content, Cancel);

            Assert.Equal((begin, status), (begin, answer.StatusCode));
            var cost = Memory(app.Id, "VmHWM") - idle;
            if (cost > 3L * Largest)
                costs.Add($"{path} {begin}{repeated}…: {cost >> 20} MiB");
            peak = Math.Max(peak, Memory(app.Id, "VmHWM"));
        }

        Assert.Empty(costs);

        // What one body leaves behind is not there for long beside the next.
        Assert.InRange(peak - atFirst, 0, 3 * new IngestionOptions().MaxBytesInFlight);
    }

    [Fact]
    public async Task Many_large_bodies_at_once_cost_at_most_three_times_the_budget()
    {
        await using var app = await StartAsync();
        await WarmUpAsync();
        var idle = Memory(app.Id, "VmRSS");

        await Parallel.ForEachAsync(Shapes, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (row, ct) =>
        {
            var (path, begin, repeated, end, status) = row.Data;
            using var content = new Repeated(begin, repeated, end, Largest / 2);
            using var answer = await _client.PostAsync(path, content, ct);
            Assert.Contains(answer.StatusCode, new[] { status, HttpStatusCode.ServiceUnavailable });
        });

        Assert.InRange(Memory(app.Id, "VmHWM") - idle, 0, 3 * new IngestionOptions().MaxBytesInFlight);
    }

    [Fact]
    public async Task What_is_under_the_limits_is_taken()
    {
        var port = FreePort();
        await using var app = await StartAsync($"--Otlp:GrpcEndpoint=http://127.0.0.1:{port}");
        foreach (var size in new[] { 30 << 20, Largest })
        {
            using var langfuse = new Repeated("""{"batch":[{"id":"e","timestamp":"2026-01-01T00:00:00Z","type":"span-create","body":{"id":"s","traceId":"t","input":"x""", "x", "\"}}]}", size);
            using var answer = await _client.PostAsync("/api/public/ingestion", langfuse, Cancel);
            Assert.Contains("\"status\":201", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

            Assert.Equal("0", await ExportAsync(new Uri($"http://127.0.0.1:{port}"), Message(size)));
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<AppProcess> StartAsync(params string[] settings)
    {
        var app = await AppProcess.StartAsync([$"--ConnectionStrings:Sqlite=Data Source={Path.Combine(_folder.FullName, "traces.db")}", .. settings], Cancel);
        _client.BaseAddress = app.Client.BaseAddress;
        return app;
    }

    /// <summary>What is compiled on the way of a body is compiled.</summary>
    private async Task WarmUpAsync()
    {
        foreach (var row in Shapes)
        {
            using var content = new Repeated(row.Data.Item2, row.Data.Item3, row.Data.Item4, 100_000);
            using var answer = await _client.PostAsync(row.Data.Item1, content, Cancel);
        }
    }

    /// <summary>Begins to measure the peak anew; returns what is taken now.</summary>
    private static async Task<long> ForgetPeakAsync(AppProcess app)
    {
        await File.WriteAllTextAsync($"/proc/{app.Id}/clear_refs", "5", Cancel);
        return Memory(app.Id, "VmRSS");
    }

    private static long Memory(int processId, string name) =>
        long.Parse(File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>An export of exactly that size, most of which is one attribute.</summary>
    private static byte[] Message(int size)
    {
        var span = OtlpBodies.Span(1);
        var message = OtlpBodies.ToProtobuf(OtlpBodies.Request(span));
        var filler = new byte[size - message.Length];

        // A field that nobody knows, of the wire type for bytes: key, length in five bytes, content.
        filler[0] = (15 << 3) | 2;
        for (var i = 0; i < 5; i++)
            filler[1 + i] = (byte)((((filler.Length - 6) >> (7 * i)) & 0x7F) | (i < 4 ? 0x80 : 0));
        return [.. message, .. filler];
    }

    private static async Task<string> ExportAsync(Uri address, byte[] message)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
        var frame = new byte[message.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/{OtlpGrpcMethods.Traces}/Export"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.ParseAdd("trailers");
        using var answer = await client.SendAsync(request, Cancel);
        await answer.Content.ReadAsByteArrayAsync(Cancel);
        return answer.TrailingHeaders.Concat(answer.Headers).First(h => h.Key == "grpc-status").Value.First();
    }

    /// <summary>A body of about that many bytes, made as it is sent.</summary>
    private sealed class Repeated : HttpContent
    {
        private readonly byte[] _begin;
        private readonly byte[] _piece;
        private readonly byte[] _end;
        private readonly int _pieces;

        public Repeated(string begin, string repeated, string end, int size)
        {
            (_begin, _end) = (Encoding.UTF8.GetBytes(begin), Encoding.UTF8.GetBytes(end));
            _piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, Math.Max(1, 65_536 / repeated.Length))));
            _pieces = (size - _begin.Length - _end.Length) / _piece.Length;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_begin, Cancel);
            for (var i = 0; i < _pieces; i++)
                await stream.WriteAsync(_piece, Cancel);
            await stream.WriteAsync(_end, Cancel);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _begin.Length + ((long)_pieces * _piece.Length) + _end.Length;
            return true;
        }
    }
}
