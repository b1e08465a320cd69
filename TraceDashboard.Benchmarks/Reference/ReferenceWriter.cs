using System.Data.Common;
using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;

namespace TraceDashboard.Benchmarks.Reference;

/// <summary>
/// The yardstick: the same spans as plain inserts into one plain table, synced commits, batches of 512, and nothing of the
/// product. It says how fast this machine is today, so that ratios to it can be compared between machines and months.
/// Frozen: making it faster or slower makes every earlier figure worthless.
/// </summary>
internal static class ReferenceWriter
{
    private const int BatchSize = 512;

    private const string Insert =
        "INSERT INTO reference_spans (trace_id, span_id, parent_span_id, name, operation, start_time, end_time, failed, provider, model, " +
        "response_id, input_tokens, cached_tokens, output_tokens, user_id, session_id, input, output) VALUES " +
        "(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17)";

    private const string Table =
        "CREATE TABLE reference_spans (trace_id text NOT NULL, span_id text NOT NULL, parent_span_id text, name text, operation text, " +
        "start_time bigint, end_time bigint, failed boolean, provider text, model text, response_id text, input_tokens bigint, " +
        "cached_tokens bigint, output_tokens bigint, user_id text, session_id text, input text, output text, PRIMARY KEY (trace_id, span_id))";

    private static readonly NpgsqlDbType[] PostgresTypes =
    [
        NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Bigint,
        NpgsqlDbType.Bigint, NpgsqlDbType.Boolean, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Bigint,
        NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text,
    ];

    /// <summary>Spans per second into a new table; making the spans is not counted.</summary>
    public static double Measure(BenchStore store, int spans, CancellationToken cancellationToken) =>
        store.Postgres is null ? MeasureSqlite(store.Folder, spans, cancellationToken) : MeasurePostgres(store.Postgres.ConnectionString, spans, cancellationToken);

    private static double MeasureSqlite(string folder, int spans, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "reference.db");
        File.Delete(file);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL");
        Execute(connection, "PRAGMA synchronous=FULL");
        Execute(connection, Table);
        using var command = connection.CreateCommand();
        command.CommandText = Insert;
        for (var i = 0; i < PostgresTypes.Length; i++)
            command.Parameters.Add(new SqliteParameter("@p" + i, null));
        command.Prepare();
        return Measure(spans, batch =>
        {
            using var transaction = connection.BeginTransaction();
            command.Transaction = transaction;
            foreach (var values in batch)
            {
                for (var i = 0; i < values.Length; i++)
                    command.Parameters[i].Value = values[i] ?? DBNull.Value;
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }, cancellationToken);
    }

    private static double MeasurePostgres(string connectionString, int spans, CancellationToken cancellationToken)
    {
        using var connection = new NpgsqlConnection(connectionString);
        connection.Open();
        Execute(connection, "DROP TABLE IF EXISTS reference_spans");
        Execute(connection, Table);
        var rate = Measure(spans, batch =>
        {
            using var transaction = connection.BeginTransaction();
            using var commands = new NpgsqlBatch(connection, transaction);
            foreach (var values in batch)
            {
                var command = new NpgsqlBatchCommand(Insert);
                for (var i = 0; i < values.Length; i++)
                    command.Parameters.Add(new NpgsqlParameter("@p" + i, PostgresTypes[i]) { Value = values[i] ?? DBNull.Value });
                commands.BatchCommands.Add(command);
            }

            commands.ExecuteNonQuery();
            transaction.Commit();
        }, cancellationToken);
        Execute(connection, "DROP TABLE reference_spans");
        return rate;
    }

    private static double Measure(int spans, Action<List<object?[]>> write, CancellationToken cancellationToken)
    {
        var generator = new SpanGenerator(1, new SampleText(1), () => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100);
        var clock = new Stopwatch();
        var written = 0;
        while (written < spans)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = new List<object?[]>(BatchSize);
            for (var i = 0; i < BatchSize; i++)
                batch.Add(Values(generator.Next()));
            clock.Start();
            write(batch);
            clock.Stop();
            written += BatchSize;
        }

        return written / clock.Elapsed.TotalSeconds;
    }

    private static object?[] Values(SampleSpan span) =>
    [
        Convert.ToHexStringLower(span.TraceId), Convert.ToHexStringLower(span.SpanId),
        span.ParentSpanId is null ? null : Convert.ToHexStringLower(span.ParentSpanId),
        span.Name, span.Operation, span.Start, span.End, span.Failed, span.Provider, span.Model, span.ResponseId,
        (long)span.InputTokens, (long)span.CachedTokens, (long)span.OutputTokens, span.UserId, span.SessionId,
        Encoding.UTF8.GetString(span.Input), Encoding.UTF8.GetString(span.Output),
    ];

    private static void Execute(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
