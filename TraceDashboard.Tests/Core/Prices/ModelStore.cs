using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Prices;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Prices;

/// <summary>A store with the project's own prices, where nothing happens in the background.</summary>
internal static class ModelStore
{
    /// <summary>2026-01-01T00:00:00Z, in nanoseconds.</summary>
    public const long Start = StoredRows.Start;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<StoreFixture> CreateAsync(
        DatabaseProvider provider, PostgresCluster cluster, Action<IServiceCollection>? configure = null, params (string, string)[] settings)
    {
        var store = await StoreFixture.CreateAsync(
            provider, cluster,
            services =>
            {
                services.AddOptions<PricingOptions>();
                services.AddSingleton<RepricingSignal>();
                services.AddSingleton<ModelPriceManager>();
                services.AddSingleton<ModelUsageQueries>();
                services.AddSingleton<Repricer>();
                configure?.Invoke(services);
            },
            settings);
        if (!await store.Store.ReadAsync((db, ct) => db.Projects.AnyAsync(ct), Cancel))
            await store.Store.InsertAsync(new ProjectRow { Id = 1, Name = "One" }, new ProjectRow { Id = 2, Name = "Two" });
        return store;
    }

    /// <summary>A call with a million input tokens, so that its cost in dollars is the price itself.</summary>
    public static SpanUpdate Call(string traceId, string spanId, string model, long? start = Start, decimal? reported = null, int projectId = 1)
    {
        var update = new SpanUpdate
        {
            ProjectId = projectId,
            TraceId = traceId,
            SpanId = spanId,
            Version = new UpdateVersion(2, Start, 0),
            Hash = HashCode.Combine(traceId, spanId, model) | 1,
            Kind = SpanKind.Generation,
            StartTime = start,
            EndTime = start + UnixNanos.PerSecond,
            RequestModel = model,
            Usage = new TokenUsage { Input = 1_000_000 },
        };
        if (reported is not null)
            update.ReportedCost = reported;
        return update;
    }

    public static Task WriteAsync(this StoreFixture store, params SpanUpdate[] spans) =>
        store.Get<SpanWriter>().WriteAsync([new IngestBatch(spans[0].ProjectId, spans, [])], Cancel);

    public static async Task<OwnModelPrice> AddPriceAsync(this StoreFixture store, string model, decimal usd, ModelMatch match = ModelMatch.Exact, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var result = await store.Get<ModelPriceManager>().AddAsync(1, new ModelPriceDraft(model, match, null, new Period(from, to), new PriceTable { Input = usd }), Cancel);
        Assert.Empty(result.Errors);
        return result.Price!;
    }

    /// <summary>Cost in dollars by span; null when it is unknown.</summary>
    public static async Task<Dictionary<string, decimal?>> CostsAsync(this StoreFixture store) =>
        (await store.Store.ReadAsync((db, ct) => db.Spans.AsNoTracking().Where(s => s.ProjectId == 1).ToListAsync(ct), Cancel))
            .ToDictionary(s => s.SpanId, s => s.Cost is { } pico ? (decimal?)PicoDollars.ToUsd(pico) : null);

    public static Task<List<TraceRow>> TracesAsync(this StoreFixture store) =>
        store.Store.ReadAsync((db, ct) => db.Traces.AsNoTracking().Where(t => t.ProjectId == 1).OrderBy(t => t.TraceId).ToListAsync(ct), Cancel);

    public static Task<List<RepricingRow>> RepricingsAsync(this StoreFixture store) =>
        store.Store.ReadAsync((db, ct) => db.Repricings.AsNoTracking().OrderBy(r => r.Id).ToListAsync(ct), Cancel);
}
