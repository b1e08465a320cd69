using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>
/// Writes when keys were last used, beside the requests that use them: the first use within seconds, so that whoever made the
/// key sees that it works, later ones once a minute.
/// </summary>
internal sealed partial class ApiKeyUsage(TraceStore store, TimeProvider time, ILogger<ApiKeyUsage> logger) : BackgroundService
{
    private const int Slice = 20;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly long Interval = UnixNanos.FromTimeSpan(TimeSpan.FromMinutes(1));

    private readonly ConcurrentDictionary<int, Use> _uses = new();

    public void Note(int keyId) => Volatile.Write(ref _uses.GetOrAdd(keyId, static _ => new Use()).At, time.GetUnixNanos());

    /// <summary>Writes what has not been written yet.</summary>
    /// <param name="all">Also of keys whose last use was written less than a minute ago.</param>
    public async Task WriteAsync(bool all, CancellationToken cancellationToken)
    {
        var now = time.GetUnixNanos();
        var due = _uses
            .Select(u => (Id: u.Key, Use: u.Value, At: Volatile.Read(ref u.Value.At)))
            .Where(u => u.At > u.Use.Written && (all || now - u.Use.WrittenAt >= Interval));
        foreach (var slice in due.Chunk(Slice))
        {
            await store.WriteAsync(
                async (db, ct) =>
                {
                    foreach (var (id, _, at) in slice)
                    {
                        await db.ApiKeys.Where(k => k.Id == id && (k.LastUsedAt == null || k.LastUsedAt < at))
                            .ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, at), ct);
                    }

                    return slice.Length;
                },
                cancellationToken);
            foreach (var (_, use, at) in slice)
                (use.Written, use.WrittenAt) = (at, now);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync(all: true, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryWriteAsync(all: false, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    private async Task TryWriteAsync(bool all, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(all, cancellationToken);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
        {
            LogWriteFailed(e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The last use of API keys could not be written; it is tried again")]
    private partial void LogWriteFailed(Exception exception);

    private sealed class Use
    {
        /// <summary>The last use, in nanoseconds since the Unix epoch; written by many threads, of which any may be the last.</summary>
        public long At;

        public long Written;

        public long WrittenAt;
    }
}
