using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace TraceDashboard.Core.Storage.Postgres;

public sealed class PostgresTraceDbContext(DbContextOptions<PostgresTraceDbContext> options) : TraceDbContext(options)
{
    public static DbContextOptions<PostgresTraceDbContext> Options(NpgsqlDataSource dataSource) =>
        new DbContextOptionsBuilder<PostgresTraceDbContext>()
            .UseNpgsql(dataSource)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .ConfigureLoggingCacheTime(TimeSpan.Zero) // contexts are pooled: one from before would miss who listens since
            .ReplaceService<IMigrationsSqlGenerator, PostgresStorageSqlGenerator>()
            .Options;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.HasSequence<long>("trace_no_seq");
        modelBuilder.Entity<TraceKeyRow>().Property(k => k.TraceNo).HasDefaultValueSql("nextval('trace_no_seq')");

        // Ids and keys compare byte by byte, as in SQLite and in C#, whatever the locale of the cluster.
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()).Where(p => p.ClrType == typeof(string)))
            property.SetCollation("C");
    }
}

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class PostgresDesignTimeFactory : IDesignTimeDbContextFactory<PostgresTraceDbContext>
{
    public PostgresTraceDbContext CreateDbContext(string[] args) =>
        new(PostgresTraceDbContext.Options(NpgsqlDataSource.Create("Host=design")));
}
