using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Prices;

/// <summary>
/// A project's own prices: added, corrected and ended. Nothing is overwritten: each correction is a version that holds for the time it speaks
/// of. What was priced before is priced again in the background (<see cref="Repricer"/>).
/// </summary>
public sealed class ModelPriceManager(TraceStore store, PriceBooks books, PriceCatalogue catalogue, RepricingSignal signal, IOptions<PricingOptions> options, TimeProvider time)
{
    public const int MaxPatternLength = 200;

    /// <summary>Corrections whose progress is listed.</summary>
    public const int MaxRepricings = 20;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int IdLength = 16;
    private const int LastYear = 2261; // what is stored in nanoseconds

    /// <summary>All of them, in the order in which they are tried.</summary>
    public async Task<IReadOnlyList<OwnModelPrice>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync((db, ct) => db.ModelPrices.AsNoTracking().Where(p => p.ProjectId == projectId).OrderBy(p => p.Id).ToListAsync(ct), cancellationToken);
        return [.. rows.GroupBy(r => r.PriceId, StringComparer.Ordinal).OrderBy(p => ToRule(p.First()).Order).ThenByDescending(p => p.First().Id).Select(p => ToPrice([.. p]))];
    }

    /// <summary>Null when the project has no such price.</summary>
    public async Task<OwnModelPrice?> FindAsync(int projectId, string priceId, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync((db, ct) => RowsOf(db, projectId, priceId).AsNoTracking().ToListAsync(ct), cancellationToken);
        return rows.Count == 0 ? null : ToPrice(rows);
    }

    /// <summary>Gives a model a price, which calls that arrive from now on have at once, and others as soon as they are priced again.</summary>
    public async Task<ModelPriceResult> AddAsync(int projectId, ModelPriceDraft draft, CancellationToken cancellationToken)
    {
        var errors = Check(draft);
        if (errors.Any)
            return Refused(errors);
        var (pattern, provider) = (draft.Model.Trim(), string.IsNullOrWhiteSpace(draft.Provider) ? null : draft.Provider.Trim());
        var row = NewRow(projectId, "mp-" + RandomNumberGenerator.GetString(Alphabet, IdLength), draft.Match, pattern, provider, draft.Valid, draft.Prices);
        var added = await store.WriteAsync(
            async (db, ct) =>
            {
                var known = await db.ModelPrices.Where(p => p.ProjectId == projectId).Select(p => new { p.PriceId, p.Match, p.Pattern, p.Provider }).Distinct().ToListAsync(ct);
                if (known.Find(p => p.Match == row.Match && Same(p.Pattern, pattern) && Same(p.Provider, provider)) is { } same)
                    errors.Add("model", $"has the price {same.PriceId} already; change that one");
                else if (known.Count >= options.Value.MaxPrices)
                    errors.Add("model", $"the project has {options.Value.MaxPrices} prices, as many as {PricingOptions.Section}:{nameof(PricingOptions.MaxPrices)} allows");
                return !errors.Any && await AddAsync(db, row, ct);
            },
            cancellationToken);
        return added ? await AnnounceAsync([row], cancellationToken) : Refused(errors);
    }

    /// <summary>Says what a price is in a time. What was said before stays for the rest.</summary>
    /// <returns>Null when the project has no such price.</returns>
    public async Task<ModelPriceResult?> ChangeAsync(int projectId, string priceId, Period valid, PriceTable? prices, CancellationToken cancellationToken)
    {
        var errors = new ApiErrors();
        CheckVersion(valid, prices, errors);
        return await AddVersionAsync(projectId, priceId, valid, prices, errors, cancellationToken);
    }

    /// <summary>Ends a price for good. Calls from then on have that of the next rule, or of the catalogue.</summary>
    /// <returns>Null when the project has no such price.</returns>
    public Task<ModelPriceResult?> EndAsync(int projectId, string priceId, DateTimeOffset at, CancellationToken cancellationToken) =>
        AddVersionAsync(projectId, priceId, new Period(at, null), null, new ApiErrors(), cancellationToken);

    /// <summary>How far the last corrections are, the newest first.</summary>
    public async Task<IReadOnlyList<Repricing>> RepricingsAsync(int projectId, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            (db, ct) => db.Repricings.AsNoTracking().Where(r => r.ProjectId == projectId).OrderByDescending(r => r.Id).Take(MaxRepricings).ToListAsync(ct), cancellationToken);
        return [.. rows.Select(r => new Repricing
        {
            Id = r.Id,
            PriceId = r.PriceId,
            Valid = new Period(UnixNanos.ToDateTimeOffset(r.FromTime), UnixNanos.ToDateTimeOffset(r.ToTime)),
            State = r.FinishedAt is not null ? RepricingState.Done : r.Error is not null ? RepricingState.Failed : r.StartedAt is null ? RepricingState.Waiting : RepricingState.Running,
            CreatedAt = UnixNanos.ToDateTimeOffset(r.CreatedAt),
            FinishedAt = UnixNanos.ToDateTimeOffset(r.FinishedAt),
            Done = r.Done,
            About = r.StartedAt is null ? null : Math.Max(r.About, r.Done),
            Changed = r.Changed,
            Error = r.Error,
        })];
    }

    /// <summary>Which catalogue stored calls were priced with, and which there is now.</summary>
    public async Task<CatalogueUse> CatalogueAsync(int projectId, CancellationToken cancellationToken)
    {
        var pricedWith = await store.ReadAsync((db, ct) => db.Projects.Where(p => p.Id == projectId).Select(p => p.PricedWith).SingleOrDefaultAsync(ct), cancellationToken);
        return new CatalogueUse(catalogue.Version, pricedWith ?? catalogue.Version);
    }

    /// <summary>Prices all stored calls again, in the background: those without an own price with the catalogue of now. Nothing happens while that is under way.</summary>
    public async Task RepriceAsync(int projectId, CancellationToken cancellationToken)
    {
        var key = CatalogueUse.Keys + catalogue.Version;
        await store.WriteAsync(
            async (db, ct) =>
            {
                if (!await db.Repricings.AnyAsync(r => r.ProjectId == projectId && r.PriceId == key && r.FinishedAt == null, ct))
                    db.Repricings.Add(new RepricingRow { ProjectId = projectId, PriceId = key, CreatedAt = time.GetUnixNanos() });
                return await db.SaveChangesAsync(ct);
            },
            cancellationToken);
        signal.Set();
    }

    /// <summary>What is wrong with a pattern; null when nothing is.</summary>
    internal static string? CheckPattern(ModelMatch match, string pattern)
    {
        if (pattern.Trim().Length is 0 or > MaxPatternLength)
            return $"must name the model, in 1 to {MaxPatternLength} characters";
        try
        {
            _ = new ModelRule(match, pattern.Trim(), null);
            return null;
        }
        catch (NotSupportedException)
        {
            return "is a regular expression that needs backtracking (look-around, back references) or is too large; say it without";
        }
        catch (ArgumentException e)
        {
            return $"is not a regular expression: {e.Message}";
        }
    }

    private static ApiErrors Check(ModelPriceDraft draft)
    {
        var errors = new ApiErrors();
        if (CheckPattern(draft.Match, draft.Model) is { } problem)
            errors.Add("model", problem);
        if (draft.Provider?.Trim().Length > MaxPatternLength)
            errors.Add("provider", $"must have at most {MaxPatternLength} characters");
        CheckVersion(draft.Valid, draft.Prices, errors);
        return errors;
    }

    private static void CheckVersion(Period valid, PriceTable? prices, ApiErrors errors)
    {
        if (valid is { From: { } from, To: { } to } && to <= from)
            errors.Add("validTo", "must be later than validFrom");
        if (valid.From?.UtcDateTime.Year > LastYear)
            errors.Add("validFrom", $"must not be after the year {LastYear}");
        if (valid.To is { } end && (end <= DateTimeOffset.UnixEpoch || end.UtcDateTime.Year > LastYear))
            errors.Add("validTo", $"must be in the years 1970 to {LastYear}");
        if (prices is null)
            errors.Add("prices", "must have at least one price");
        else
            PriceTables.Check(prices, errors.Add);
    }

    private async Task<ModelPriceResult?> AddVersionAsync(int projectId, string priceId, Period valid, PriceTable? prices, ApiErrors errors, CancellationToken cancellationToken)
    {
        List<ModelPriceRow> rows = [];
        var added = await store.WriteAsync(
            async (db, ct) =>
            {
                rows = await RowsOf(db, projectId, priceId).AsNoTracking().ToListAsync(ct);
                if (rows.Count == 0 || errors.Any)
                    return false;
                if (rows.Count >= options.Value.MaxVersions)
                {
                    errors.Add("prices", $"the price has {options.Value.MaxVersions} versions, as many as {PricingOptions.Section}:{nameof(PricingOptions.MaxVersions)} allows");
                    return false;
                }

                var row = NewRow(projectId, priceId, (ModelMatch)rows[0].Match, rows[0].Pattern, rows[0].Provider, valid, prices);
                rows.Add(row);
                return await AddAsync(db, row, ct);
            },
            cancellationToken);
        return rows.Count == 0 ? null : added ? await AnnounceAsync(rows, cancellationToken) : Refused(errors);
    }

    /// <summary>In one transaction: the version, and the work that follows from it.</summary>
    private static async Task<bool> AddAsync(TraceDbContext db, ModelPriceRow row, CancellationToken cancellationToken)
    {
        db.ModelPrices.Add(row);
        db.Repricings.Add(new RepricingRow { ProjectId = row.ProjectId, PriceId = row.PriceId, FromTime = row.ValidFrom, ToTime = row.ValidTo, CreatedAt = row.CreatedAt });
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    private async Task<ModelPriceResult> AnnounceAsync(List<ModelPriceRow> rows, CancellationToken cancellationToken)
    {
        await books.ReloadAsync(cancellationToken);
        signal.Set();
        return new ModelPriceResult(ToPrice(rows), new Dictionary<string, string[]>());
    }

    private ModelPriceRow NewRow(int projectId, string priceId, ModelMatch match, string pattern, string? provider, Period valid, PriceTable? prices) => new()
    {
        ProjectId = projectId,
        PriceId = priceId,
        Match = (short)match,
        Pattern = pattern,
        Provider = provider,
        ValidFrom = valid.From > DateTimeOffset.UnixEpoch ? UnixNanos.FromDateTimeOffset(valid.From) : null, // no call is older
        ValidTo = UnixNanos.FromDateTimeOffset(valid.To),
        Prices = prices is null ? null : JsonSerializer.Serialize(prices, PriceTableJson.Default.PriceTable),
        CreatedAt = time.GetUnixNanos(),
    };

    private static IQueryable<ModelPriceRow> RowsOf(TraceDbContext db, int projectId, string priceId) =>
        db.ModelPrices.Where(p => p.ProjectId == projectId && p.PriceId == priceId).OrderBy(p => p.Id);

    private static OwnModelPrice ToPrice(List<ModelPriceRow> rows)
    {
        var inForce = PriceBooks.ToPrices(rows).Single().InForce.ToLookup(s => s.Number);
        return new OwnModelPrice
        {
            Id = rows[0].PriceId,
            Model = rows[0].Pattern,
            Match = (ModelMatch)rows[0].Match,
            Provider = rows[0].Provider,
            Versions = [.. rows.Select((r, i) => new OwnModelPriceVersion
            {
                Number = i + 1,
                Valid = new Period(UnixNanos.ToDateTimeOffset(r.ValidFrom), UnixNanos.ToDateTimeOffset(r.ValidTo)),
                Periods = [.. inForce[i + 1].Select(s => new Period(s.From, s.To))],
                Prices = PriceBooks.Table(r),
                CreatedAt = UnixNanos.ToDateTimeOffset(r.CreatedAt),
            }).Reverse()],
        };
    }

    private static ModelRule ToRule(ModelPriceRow row) => new((ModelMatch)row.Match, row.Pattern, row.Provider);

    private static ModelPriceResult Refused(ApiErrors errors) => new(null, errors.ByPath.AsReadOnly());

    private static bool Same(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
