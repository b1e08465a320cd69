using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using TraceDashboard.Benchmarks.Load;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>
/// Traces that a gateway has open at once: started one after the other, each updated twice a second with the next piece of
/// its answer, then completed. Calls are due at fixed moments, so a slow server is not spared.
/// </summary>
internal sealed class OpenTraces(Uri address, int count)
{
    private const int Connections = 64;

    private static readonly TimeSpan UpdateInterval = TimeSpan.FromMilliseconds(500);

    private readonly int[] _updates = new int[count];

    public IReadOnlyList<string> Ids { get; } = [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid().ToString("N"))];

    public LatencySample Starts { get; } = new();

    public LatencySample Updates { get; } = new();

    /// <summary>From the moment an update was due, waiting for a free connection included.</summary>
    public LatencySample UpdatesSinceDue { get; } = new();

    public LatencySample Completes { get; } = new();

    /// <summary>How many answers had each status.</summary>
    public ConcurrentDictionary<int, int> Statuses { get; } = new();

    /// <summary>The output that a trace must have in the end.</summary>
    public string Output(int trace) => string.Concat(Enumerable.Range(0, _updates[trace]).Select(Piece));

    public Task StartAsync(TimeSpan length, CancellationToken cancellationToken) =>
        EachAsync(length, 1, Starts, null, (trace, _) => ("POST", "/api/traces/start", string.Create(CultureInfo.InvariantCulture,
            $$"""{"traceId":"{{Ids[trace]}}","name":"chat","kind":"generation","userId":"u_{{trace % 200}}","modelProvider":"openai","model":"gpt-4o-mini","environment":"production","input":"What is the state of order A-{{100_000 + trace}}?","metadata":{"gateway":"eu-1"} }""")), cancellationToken);

    public Task UpdateAsync(TimeSpan length, CancellationToken cancellationToken) =>
        EachAsync(UpdateInterval, (int)(length / UpdateInterval), Updates, UpdatesSinceDue, (trace, round) =>
        {
            _updates[trace] = round + 1;
            return ("PUT", $"/api/traces/{Ids[trace]}/update", string.Create(CultureInfo.InvariantCulture,
                $$$"""{"sequence":{{{round}}},"outputDelta":"{{{Piece(round)}}}","usage":{"inputTokens":420,"outputTokens":{{{(round + 1) * 6}}} }}"""));
        }, cancellationToken);

    public Task CompleteAsync(TimeSpan length, CancellationToken cancellationToken) =>
        EachAsync(length, 1, Completes, null, (trace, _) => ("POST", $"/api/traces/{Ids[trace]}/complete", string.Create(CultureInfo.InvariantCulture,
            $$$"""{"status":"ok","finishReason":"stop","usage":{"inputTokens":420,"outputTokens":{{{OutputTokens(trace)}}} }}""")), cancellationToken);

    public int OutputTokens(int trace) => _updates[trace] * 6;

    private static string Piece(int round) => string.Create(CultureInfo.InvariantCulture, $"Piece {round} of the answer, about as long as one. ");

    private async Task EachAsync(
        TimeSpan interval, int rounds, LatencySample times, LatencySample? sinceDue, Func<int, int, (string Method, string Path, string Json)> call, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(c => Task.Run(() => ConnectionAsync(c), cancellationToken)));

        async Task ConnectionAsync(int number)
        {
            using var connection = await PlainHttpConnection.OpenAsync(address, cancellationToken);
            for (var round = 0; round < rounds; round++)
            {
                for (var trace = number; trace < count; trace += Connections)
                {
                    var due = interval * (round + ((double)trace / count));
                    var wait = due - Stopwatch.GetElapsedTime(begin);
                    if (wait > TimeSpan.Zero)
                        await Task.Delay(wait, cancellationToken);
                    var (method, path, json) = call(trace, round);
                    var sent = Stopwatch.GetTimestamp();
                    var status = await connection.SendAsync(method, path, json, cancellationToken);
                    times.Add(Stopwatch.GetElapsedTime(sent));
                    sinceDue?.Add(Stopwatch.GetElapsedTime(begin) - due);
                    Statuses.AddOrUpdate(status, 1, static (_, n) => n + 1);
                }
            }
        }
    }
}
