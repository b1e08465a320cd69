using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Migrations;

namespace TraceDashboard.Core.Storage.Sqlite;

public sealed class SqliteTraceDbContext(DbContextOptions<SqliteTraceDbContext> options) : TraceDbContext(options)
{
    public static DbContextOptions<SqliteTraceDbContext> Options(string connectionString) =>
        new DbContextOptionsBuilder<SqliteTraceDbContext>()
            .UseSqlite(connectionString)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .ConfigureLoggingCacheTime(TimeSpan.Zero) // contexts are pooled: one from before would miss who listens since
            .ReplaceService<IMigrationsSqlGenerator, SqliteStorageSqlGenerator>()
            .AddInterceptors(new SqlitePragmaInterceptor())
            .Options;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        // SQLite gives numbers out through its row id.
        modelBuilder.Entity<TraceKeyRow>(key =>
        {
            key.HasKey(k => k.TraceNo);
            key.HasIndex(k => new { k.ProjectId, k.TraceId }).IsUnique().HasDatabaseName("ix_trace_keys_id");
        });
    }
}

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteTraceDbContext>
{
    public SqliteTraceDbContext CreateDbContext(string[] args) => new(SqliteTraceDbContext.Options("Data Source=design.db"));
}
