using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Upkeep;

/// <summary><c>verify</c> and <c>rebuild</c> on the command line: ask for a check of the store, and tell how it goes.</summary>
public static class StoreCheckVerbs
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    public static bool IsVerb(string word) => word is StoreCheck.Verify or StoreCheck.Rebuild;

    /// <summary>
    /// Where the app runs on the same SQLite database, it does the work: the lock file keeps a second process from writing beside it. Else
    /// this process does.
    /// </summary>
    /// <param name="services">Of an app that is not started.</param>
    /// <returns>The exit code: 0, or 1 when verify has found differences.</returns>
    public static async Task<int> RunAsync(IServiceProvider services, string verb, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        var store = services.GetRequiredService<TraceStore>();
        var checks = services.GetRequiredService<StoreCheckService>();
        var isOurs = await services.GetRequiredService<StoreInitializer>().TryOpenAsync(cancellationToken);
        var id = await checks.RequestAsync(verb, cancellationToken);
        if (!isOurs)
            await output.WriteLineAsync("The app is running on this database, so it does the work.");
        var work = isOurs ? WorkAsync(checks, id, cancellationToken) : Task.Delay(Timeout.Infinite, cancellationToken);
        MaintenanceRunRow run;
        var told = -1L;
        do
        {
            await Task.WhenAny(work, Task.Delay(s_look, cancellationToken));
            if (work.IsFaulted || work.IsCanceled)
                await work;
            run = await store.ReadAsync((db, ct) => db.MaintenanceRuns.SingleAsync(r => r.Id == id, ct), cancellationToken);
            if (run.Traces > told)
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{run.Traces} traces with {run.Spans} spans looked at, {run.Differences} differences"));
            told = run.Traces;
        }
        while (run.FinishedAt is null);

        if (run.Details is { } details)
            await output.WriteLineAsync(details);
        await output.WriteLineAsync(run.Differences == 0 ? "Everything is as the spans say."
            : verb == StoreCheck.Rebuild ? string.Create(CultureInfo.InvariantCulture, $"{run.Differences} differences were repaired.")
            : string.Create(CultureInfo.InvariantCulture, $"{run.Differences} differences. Run rebuild to repair them."));
        return run.Differences > 0 && verb == StoreCheck.Verify ? 1 : 0;
    }

    // Older ones that were broken off come first; on PostgreSQL another process may be at it.
    private static async Task WorkAsync(StoreCheckService checks, long id, CancellationToken cancellationToken)
    {
        while (!await checks.IsDoneAsync(id, cancellationToken))
        {
            if (!await checks.RunNextAsync(cancellationToken))
                await Task.Delay(s_look, cancellationToken);
        }
    }
}
