using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>Records the SQL commands that the test itself sends through EF Core, not those of services in the background.</summary>
public sealed class CommandLog : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private static readonly AsyncLocal<CommandLog?> s_ofThisTest = new();

    private readonly ConcurrentQueue<(string Sql, (string Name, object? Value)[] Parameters)> _commands = new();
    private readonly ConcurrentBag<IDisposable> _subscriptions = [];

    public CommandLog()
    {
        s_ofThisTest.Value = this;
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>What was recorded since the last call.</summary>
    public IReadOnlyList<string> Take()
    {
        var taken = new List<string>();
        while (_commands.TryDequeue(out var command))
            taken.Add(command.Sql);
        return taken;
    }

    /// <summary>How the database carries out each command that was recorded since the last call, a step to a line.</summary>
    public Task<IReadOnlyList<string>> TakePlansAsync(TraceStore store, CancellationToken cancellationToken)
    {
        var commands = _commands.ToArray();
        _commands.Clear();
        return store.ReadAsync<IReadOnlyList<string>>(
            async (db, ct) =>
            {
                await db.Database.OpenConnectionAsync(ct);
                var plans = new List<string>();
                foreach (var (sql, parameters) in commands)
                    plans.Add(await PlanAsync(db, sql, parameters));
                return plans;

                async Task<string> PlanAsync(TraceDbContext context, string sql, (string Name, object? Value)[] parameters)
                {
                    await using var command = context.Database.GetDbConnection().CreateCommand();
                    command.CommandText = (store.Provider == DatabaseProvider.Sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql;
                    foreach (var (name, value) in parameters)
                    {
                        var parameter = command.CreateParameter();
                        (parameter.ParameterName, parameter.Value) = (name, value);
                        command.Parameters.Add(parameter);
                    }

                    var lines = new List<string>();
                    await using var rows = await command.ExecuteReaderAsync(ct);
                    while (await rows.ReadAsync(ct))
                        lines.Add(rows.GetString(rows.FieldCount - 1));
                    return string.Join('\n', lines);
                }
            },
            cancellationToken);
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore")
            _subscriptions.Add(value.Subscribe(this, name => name == RelationalEventId.CommandExecuting.Name));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is CommandEventData data && s_ofThisTest.Value == this)
            _commands.Enqueue((data.Command.CommandText, [.. data.Command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value))]));
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
            subscription.Dispose();
    }
}
