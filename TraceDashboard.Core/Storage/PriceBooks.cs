using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Storage;

/// <summary>
/// What each project's calls are priced with. All own prices are held in memory, so that pricing runs no SQL. What this process corrects it
/// knows at once; where several share a database, each asks once a second whether another has.
/// </summary>
public sealed class PriceBooks(TraceStore store, PriceCatalogue catalogue, TimeProvider time) : IDisposable
{
    /// <summary>How long another process may take to know of a correction.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly PriceBook _catalogueAlone = new(catalogue, []);
    private volatile State? _state;

    /// <summary>Reads nothing while what is known is younger than a second, and never on SQLite, which no other process writes.</summary>
    public ValueTask<ProjectPrices> CurrentAsync(CancellationToken cancellationToken) =>
        _state is { } state && IsFresh(state)
            ? ValueTask.FromResult(state.Prices)
            : new ValueTask<ProjectPrices>(ReadAsync(evenIfFresh: false, cancellationToken));

    /// <summary>Reads again: a price was corrected.</summary>
    internal Task<ProjectPrices> ReloadAsync(CancellationToken cancellationToken) => ReadAsync(evenIfFresh: true, cancellationToken);

    public void Dispose() => _reading.Dispose();

    private bool IsFresh(State state) => store.Provider == DatabaseProvider.Sqlite || time.GetElapsedTime(state.ReadAt) < Lifetime;

    private async Task<ProjectPrices> ReadAsync(bool evenIfFresh, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var known = _state;
            if (known is not null && !evenIfFresh && IsFresh(known))
                return known.Prices; // another has read while this one waited
            var readAt = time.GetTimestamp();

            // Rows are only added: as long as they are as many and the last is the same, nothing has changed.
            var (stamp, rows) = await store.ReadToWriteAsync(
                async (db, ct) =>
                {
                    var stamp = await db.ModelPrices.GroupBy(p => 1).Select(g => new { Count = g.Count(), Last = g.Max(p => p.Id) }).SingleOrDefaultAsync(ct);
                    var now = (stamp?.Count ?? 0, stamp?.Last ?? 0);
                    return known?.Stamp == now ? (now, null) : (now, await db.ModelPrices.AsNoTracking().OrderBy(p => p.Id).ToListAsync(ct));
                },
                cancellationToken);
            var prices = rows is null ? known!.Prices : new ProjectPrices(
                _catalogueAlone, rows.GroupBy(r => r.ProjectId).ToFrozenDictionary(p => p.Key, p => new PriceBook(catalogue, ToPrices(p))));
            _state = new State(readAt, stamp, prices);
            return prices;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <param name="rows">All of a project, in the order in which they were added.</param>
    internal static IEnumerable<OwnPrice> ToPrices(IEnumerable<ModelPriceRow> rows) => rows
        .GroupBy(r => r.PriceId, StringComparer.Ordinal)
        .Select(versions =>
        {
            var first = versions.First();
            return new OwnPrice(
                first.PriceId, first.Id, new ModelRule((ModelMatch)first.Match, first.Pattern, first.Provider),
                versions.Select((v, i) => new OwnPriceVersion(i + 1, UnixNanos.ToDateTimeOffset(v.ValidFrom), UnixNanos.ToDateTimeOffset(v.ValidTo), Table(v))));
        });

    internal static PriceTable? Table(ModelPriceRow row) => row.Prices is null ? null : JsonSerializer.Deserialize(row.Prices, PriceTableJson.Default.PriceTable);

    private sealed record State(long ReadAt, (int Count, long Last) Stamp, ProjectPrices Prices);
}

/// <summary>The price books of all projects at one moment.</summary>
public sealed class ProjectPrices
{
    private readonly PriceBook _catalogueAlone;
    private readonly FrozenDictionary<int, PriceBook> _books;

    internal ProjectPrices(PriceBook catalogueAlone, FrozenDictionary<int, PriceBook> books) => (_catalogueAlone, _books) = (catalogueAlone, books);

    public PriceBook Of(int projectId) => _books.TryGetValue(projectId, out var book) ? book : _catalogueAlone;
}
