using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>Inserts rollups with one prepared statement: the write lock is held for a fraction of the time that tracked entities take.</summary>
internal static class SqliteRollupInsert
{
    private const string Sql =
        """
        INSERT INTO rollups (project_id, seconds, bucket, environment, kind, provider, model, trace_name, count, errors, calls, unpriced,
            tokens_in, tokens_cached, tokens_out, cost, latency, ttft)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
        """;

    public static void Execute(TraceDbContext db, IReadOnlyList<RollupRow> rows)
    {
        using var insert = new SqliteStatement(((SqliteConnection)db.Database.GetDbConnection()).Handle!, Sql);
        foreach (var row in rows)
        {
            insert.Int32(row.ProjectId);
            insert.Int32(row.Seconds);
            insert.Int64(row.Bucket);
            insert.Text(row.Environment);
            insert.Int16(row.Kind);
            insert.Text(row.Provider);
            insert.Text(row.Model);
            insert.Text(row.TraceName);
            insert.Int64(row.Count);
            insert.Int64(row.Errors);
            insert.Int64(row.Calls);
            insert.Int64(row.Unpriced);
            insert.Int64(row.TokensIn);
            insert.Int64(row.TokensCached);
            insert.Int64(row.TokensOut);
            insert.Int64(row.Cost);
            insert.Blob(row.Latency);
            insert.Blob(row.Ttft);
            insert.Execute();
        }
    }
}
