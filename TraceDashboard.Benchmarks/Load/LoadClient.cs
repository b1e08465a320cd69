using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace TraceDashboard.Benchmarks.Load;

/// <summary>What a load brought.</summary>
internal sealed record LoadResult(long Spans, long Bytes, TimeSpan Elapsed, LatencySample Latency, long Retries, long NotAccepted)
{
    public double SpansPerSecond => Spans / Elapsed.TotalSeconds;
}

/// <summary>Sends generated spans over OTLP/HTTP on several connections, each with one request at a time, as exporters do.</summary>
internal sealed class LoadClient(Uri target, string? apiKey, int connections, int batchSize)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(60);

    private readonly SampleText _text = new(7);
    private int _seed = Random.Shared.Next();

    /// <param name="spans">How many spans are acknowledged in the end, rounded up to whole batches.</param>
    /// <param name="age">How long before now a span ended, given the share of the load that is done; null for now.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    public async Task<LoadResult> RunAsync(long spans, Func<double, TimeSpan>? age, CancellationToken cancellationToken)
    {
        var latency = new LatencySample();
        long begun = 0, acknowledged = 0, bytes = 0, retries = 0, notAccepted = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(ConnectionAsync, cancellationToken)));
        return new LoadResult(acknowledged, bytes, clock.Elapsed, latency, retries, notAccepted);

        async Task ConnectionAsync()
        {
            using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
            using var client = new HttpClient(handler) { Timeout = GiveUpAfter };
            var encoder = new OtlpEncoder();
            var generator = new SpanGenerator(Interlocked.Increment(ref _seed), _text, () => Now(age?.Invoke((double)Interlocked.Read(ref begun) / spans)));
            var batch = new SampleSpan[batchSize];
            while (Interlocked.Add(ref begun, batchSize) - batchSize < spans)
            {
                generator.Fill(batch);
                var body = encoder.Encode(batch);
                var (elapsed, tries, accepted) = await SendAsync(client, body, cancellationToken);
                latency.Add(elapsed);
                Interlocked.Add(ref retries, tries - 1);
                Interlocked.Add(ref bytes, body.Count);
                Interlocked.Add(ref acknowledged, batchSize);
                if (!accepted)
                    Interlocked.Increment(ref notAccepted);
            }
        }
    }

    /// <summary>Sends one trace of that many spans and returns its id.</summary>
    public async Task<string> SendTraceAsync(int spans, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = GiveUpAfter };
        var encoder = new OtlpEncoder();
        var trace = new SpanGenerator(Interlocked.Increment(ref _seed), _text, () => Now(null)).Trace(spans).ToArray();
        foreach (var batch in trace.Chunk(batchSize))
            await SendAsync(client, encoder.Encode(batch), cancellationToken);
        return Convert.ToHexStringLower(trace[0].TraceId);
    }

    /// <summary>Sends until it is acknowledged; the time is that of the request that was.</summary>
    private async Task<(TimeSpan Elapsed, int Tries, bool Accepted)> SendAsync(HttpClient client, ArraySegment<byte> body, CancellationToken cancellationToken)
    {
        var deadline = Stopwatch.StartNew();
        for (var tries = 1; ; tries++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(target, "/v1/traces"));
            request.Content = new ByteArrayContent(body.Array!, body.Offset, body.Count);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            if (apiKey is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
            var started = Stopwatch.GetTimestamp();
            using var response = await client.SendAsync(request, cancellationToken);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (response.IsSuccessStatusCode)
                return (Stopwatch.GetElapsedTime(started), tries, answer.Length == 0);
            if (response.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) || deadline.Elapsed > GiveUpAfter)
                throw new InvalidOperationException($"POST /v1/traces: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(answer)}");
            await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    private static long Now(TimeSpan? age) => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch - (age ?? TimeSpan.Zero)).Ticks * 100;
}
