using System.Globalization;
using System.Net;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

public sealed class HostileTrafficTests
{
    /// <summary>All 10 000 take minutes on a busy machine; without the variable it is a part of them, of every kind.</summary>
    private static readonly int s_bodies = int.Parse(Environment.GetEnvironmentVariable("HOSTILE_BODIES") ?? "1000", CultureInfo.InvariantCulture);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hostile_bodies_get_their_answers_and_harm_nobody()
    {
        var folder = Directory.CreateTempSubdirectory("trace-dashboard-");
        try
        {
            await using var app = await AppProcess.StartAsync([$"--ConnectionStrings:Sqlite=Data Source={Path.Combine(folder.FullName, "traces.db")}"], Cancelled);
            for (var i = 0; i < 50; i++)
                await SendGoodAsync(app.Client, i);
            var idle = Memory(app.Id, "VmRSS");

            using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            var good = SendGoodUntilAsync(app.Client, done.Token);
            var wrong = new System.Collections.Concurrent.ConcurrentBag<string>();
            await Parallel.ForEachAsync(Enumerable.Range(0, s_bodies), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancelled }, async (number, ct) =>
            {
                if (await WrongAnswerAsync(app.Client, HostileBodies.Make(number), ct) is { } problem)
                    wrong.Add($"{number}: {problem}");
            });
            await done.CancelAsync();

            Assert.Empty(wrong);
            Assert.InRange(await good, 50, int.MaxValue);
            Assert.InRange(Memory(app.Id, "VmHWM") - idle, 0, new IngestionOptions().MaxBytesInFlight);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string?> WrongAnswerAsync(HttpClient client, HostileBody hostile, CancellationToken cancellationToken)
    {
        using var content = Content(hostile.Bytes, hostile.ContentType, hostile.ContentEncoding);
        using var answer = await client.PostAsync(new Uri("/v1/traces", UriKind.Relative), content, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!hostile.Right.Contains(answer.StatusCode))
            return $"{hostile.Kind}: {answer.StatusCode} {text}";
        if (answer.StatusCode != HttpStatusCode.OK || hostile.Rejected is not { } rejected)
            return null;
        var encoding = OtlpEncodings.FromContentType(hostile.ContentType)!.Value;
        var (found, message) = await OtlpHttpTests.PartialSuccessAsync(answer, encoding);
        return found == rejected ? null : $"{hostile.Kind}: {found} rejected instead of {rejected}: {message}";
    }

    private static async Task<int> SendGoodUntilAsync(HttpClient client, CancellationToken done)
    {
        var count = 0;
        for (; !done.IsCancellationRequested; count++)
            await SendGoodAsync(client, 100_000 + count);
        return count;
    }

    private static async Task SendGoodAsync(HttpClient client, int number)
    {
        using var content = Content(HostileBodies.Good(number, isJson: false), "application/x-protobuf", null);
        using var answer = await client.PostAsync(new Uri("/v1/traces", UriKind.Relative), content, Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    private static ByteArrayContent Content(byte[] body, string contentType, string? contentEncoding)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (contentEncoding is not null)
            content.Headers.ContentEncoding.Add(contentEncoding);
        return content;
    }

    private static long Memory(int processId, string name) =>
        long.Parse(File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
