using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace TraceDashboard.Core.Storage.Sqlite;

public sealed class SqliteTraceDbContext(DbContextOptions<SqliteTraceDbContext> options) : TraceDbContext(options);

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteTraceDbContext>
{
    public SqliteTraceDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteTraceDbContext>().UseSqlite("Data Source=design.db").Options);
}
