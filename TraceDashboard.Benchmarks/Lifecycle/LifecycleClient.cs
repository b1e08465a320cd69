using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using TraceDashboard.Benchmarks.Load;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>
/// The gateway: starts the traces one after the other, updates each twice a second with the next piece of its answer, and
/// completes them. Calls are due at fixed moments, so a slow server is not spared. Runs in a process of its own and is told
/// through its input which part to do: it shares the processors with the app, but neither its threads nor its collector.
/// </summary>
internal sealed class LifecycleClient(Uri address, OpenTraces traces)
{
    private const int Connections = 64;

    private static readonly TimeSpan UpdateInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>How many updates of each trace fit in that time.</summary>
    public static int Updates(TimeSpan length) => (int)(length / UpdateInterval);

    /// <summary>Does a part for each line of the input, and prints its times.</summary>
    public static async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var client = new LifecycleClient(options.Target ?? throw new FormatException("lifecycle-client needs --target."), new OpenTraces(options.Open[0], options.Seed));
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            var part = JsonSerializer.Deserialize<LifecyclePart>(line)!;
            Console.WriteLine(JsonSerializer.Serialize(await client.RunAsync(part, cancellationToken)));
        }
    }

    private Task<LifecycleTimes> RunAsync(LifecyclePart part, CancellationToken cancellationToken) => part.Name switch
    {
        LifecyclePart.WarmUp => EachAsync(UpdateInterval, Updates(part.Length), static (_, _) => new LifecycleCall("GET", "/health/live", ""), cancellationToken),
        LifecyclePart.Start => EachAsync(part.Length, 1, (trace, _) => traces.Start(trace), cancellationToken),
        LifecyclePart.Update => EachAsync(UpdateInterval, Updates(part.Length), traces.Update, cancellationToken),
        _ => EachAsync(part.Length, 1, (trace, _) => traces.Complete(trace, part.Updates), cancellationToken),
    };

    private async Task<LifecycleTimes> EachAsync(TimeSpan interval, int rounds, Func<int, int, LifecycleCall> call, CancellationToken cancellationToken)
    {
        var (times, sinceDue, statuses) = (new LatencySample(), new LatencySample(), new ConcurrentDictionary<int, int>());
        var count = traces.Ids.Count;
        var begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(c => Task.Run(() => ConnectionAsync(c), cancellationToken)));
        return new LifecycleTimes { Seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds, Times = times.ToArray(), SinceDue = sinceDue.ToArray(), Statuses = new(statuses) };

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
                    sinceDue.Add(Stopwatch.GetElapsedTime(begin) - due);
                    statuses.AddOrUpdate(status, 1, static (_, n) => n + 1);
                }
            }
        }
    }
}

/// <summary>One part of the traces' lives.</summary>
/// <param name="Name">One of the constants.</param>
/// <param name="Length">How long it is to take.</param>
/// <param name="Updates">How many updates each trace has had.</param>
internal sealed record LifecyclePart(string Name, TimeSpan Length, int Updates)
{
    /// <summary>Calls that have nothing to do with the traces, so that the client's own code is compiled before its times count.</summary>
    public const string WarmUp = "warm-up";
    public const string Start = "start";
    public const string Update = "update";
    public const string Complete = "complete";
}

/// <summary>What the client measured of a part.</summary>
internal sealed record LifecycleTimes
{
    /// <summary>How long the part took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Of each call, until its answer was there.</summary>
    public required TimeSpan[] Times { get; init; }

    /// <summary>From the moment at which a call was due, waiting for a free connection included.</summary>
    public required TimeSpan[] SinceDue { get; init; }

    /// <summary>How many answers had each status.</summary>
    public required Dictionary<int, int> Statuses { get; init; }
}
