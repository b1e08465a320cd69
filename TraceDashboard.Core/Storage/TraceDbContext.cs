using Microsoft.EntityFrameworkCore;

namespace TraceDashboard.Core.Storage;

/// <summary>
/// The schema, shared by both databases. Pages read through it without tracking; spans are written by <see cref="SpanWriter"/>.
/// In rows, times are nanoseconds since the Unix epoch and money is pico-dollars.
/// </summary>
public abstract class TraceDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<ProjectRow> Projects => Set<ProjectRow>();

    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();

    public DbSet<ProjectSettingsRow> ProjectSettings => Set<ProjectSettingsRow>();

    public DbSet<RetentionStateRow> RetentionStates => Set<RetentionStateRow>();

    public DbSet<MaintenanceRunRow> MaintenanceRuns => Set<MaintenanceRunRow>();

    public DbSet<TraceKeyRow> TraceKeys => Set<TraceKeyRow>();

    public DbSet<TraceRow> Traces => Set<TraceRow>();

    public DbSet<SpanRow> Spans => Set<SpanRow>();

    public DbSet<SpanContentRow> SpanContents => Set<SpanContentRow>();

    public DbSet<SpanChunkRow> SpanChunks => Set<SpanChunkRow>();

    public DbSet<MetadataValueRow> MetadataValues => Set<MetadataValueRow>();

    public DbSet<ScoreRow> Scores => Set<ScoreRow>();

    public DbSet<MediaRow> Media => Set<MediaRow>();

    public DbSet<MediaLinkRow> MediaLinks => Set<MediaLinkRow>();

    public DbSet<RollupRow> Rollups => Set<RollupRow>();

    public DbSet<ModelPriceRow> ModelPrices => Set<ModelPriceRow>();

    public DbSet<RepricingRow> Repricings => Set<RepricingRow>();

    public DbSet<DirtyBucketRow> DirtyBuckets => Set<DirtyBucketRow>();

    public DbSet<DataProtectionKeyRow> DataProtectionKeys => Set<DataProtectionKeyRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(TraceDbContext).Assembly);
        modelBuilder.UseSnakeCaseNames();
    }
}
