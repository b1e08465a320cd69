using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace TraceDashboard.Core.Storage.Postgres;

public sealed class PostgresTraceDbContext(DbContextOptions<PostgresTraceDbContext> options) : TraceDbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        // Ids and keys compare byte by byte, as in SQLite and in C#, whatever the locale of the cluster.
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()).Where(p => p.ClrType == typeof(string)))
            property.SetCollation("C");
    }
}

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class PostgresDesignTimeFactory : IDesignTimeDbContextFactory<PostgresTraceDbContext>
{
    public PostgresTraceDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresTraceDbContext>().UseNpgsql("Host=design").Options);
}
