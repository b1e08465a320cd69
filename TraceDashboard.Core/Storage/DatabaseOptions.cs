namespace TraceDashboard.Core.Storage;

public enum DatabaseProvider
{
    Sqlite,
    Postgres,
}

/// <summary>Which database holds the traces; keys <c>Database:*</c> and <c>ConnectionStrings:*</c>.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";

    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary><c>ConnectionStrings:Sqlite</c> or <c>ConnectionStrings:Postgres</c>, as the provider says.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Readers side by side on SQLite, whose calls block their thread.</summary>
    public int SqliteReaders { get; set; } = 4;

    /// <summary>How long the start waits for PostgreSQL to answer.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The schema of the tables on PostgreSQL; null leaves a store where it is and gives a new one a schema of its own.</summary>
    public string? Schema { get; set; }

    /// <summary>Whether the start brings the schema up to date; otherwise it only checks it.</summary>
    public bool Migrate { get; set; } = true;

    /// <summary>Whether a PostgreSQL server may acknowledge what is not on its disk.</summary>
    public bool AllowUnsyncedCommit { get; set; }
}
