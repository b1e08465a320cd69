using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace TraceDashboard.Core.Storage;

/// <summary>Whether the store can be read and written.</summary>
public sealed class StoreHealth(TraceStore store)
{
    private const string Probe = "probe";

    /// <summary>As much as a small batch takes: a full disk may have room for a row.</summary>
    private const int ProbeSize = 64 << 10;

    /// <summary>
    /// What is wrong; null when nothing is. As long as batches are taken nothing is written to find out. Once one was not, something is: senders may
    /// stay away until the store is well again.
    /// </summary>
    public async Task<Exception?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.ReadToWriteAsync(
                async (db, ct) =>
                {
                    await db.Database.OpenConnectionAsync(ct);
                    try
                    {
                        return await db.Projects.AnyAsync(ct);
                    }
                    finally
                    {
                        // Where the file is gone, a new connection makes an empty one of its name.
                        store.File?.EnsureInPlace();
                    }
                },
                cancellationToken);
            if (store.WriteFailure is not null)
                await store.NoteAsync(() => TryWritingAsync(cancellationToken));
            return null;
        }
        catch (Exception e) when (e is DbException or DbUpdateException or InvalidOperationException or TimeoutException)
        {
            return e;
        }
    }

    private async Task<int> TryWritingAsync(CancellationToken cancellationToken)
    {
        await store.WriteAsync(
            (db, ct) =>
            {
                db.MaintenanceRuns.Add(new MaintenanceRunRow { Kind = Probe, Details = new string(' ', ProbeSize) });
                return db.SaveChangesAsync(ct);
            },
            cancellationToken);
        return await store.WriteAsync((db, ct) => db.MaintenanceRuns.Where(r => r.Kind == Probe).ExecuteDeleteAsync(ct), cancellationToken);
    }
}
