using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace TraceDashboard.Core.Storage;

/// <summary>
/// Reads the rows of a statement by hand, for those that are read by the ten thousand: EF Core takes twice as long for them,
/// 150 against 65 ms of CPU for 10 000 spans.
/// </summary>
internal static class RawQuery
{
    /// <param name="sql">Valid on both databases; parameters are <c>{0}</c>, <c>{1}</c> and so on.</param>
    /// <param name="read">Called for each row.</param>
    public static async Task ReadAsync(
        TraceDbContext db, string sql, object[] parameters, Action<DbDataReader> read, CancellationToken cancellationToken)
    {
        var command = db.GetService<IRawSqlCommandBuilder>().Build(sql, parameters, db.Model);
        var context = new RelationalCommandParameterObject(
            db.GetService<IRelationalConnection>(), command.ParameterValues, readerColumns: null, db, db.GetService<IRelationalCommandDiagnosticsLogger>());
        await using var result = await command.RelationalCommand.ExecuteReaderAsync(context, cancellationToken);
        var rows = result.DbDataReader;
        while (await rows.ReadAsync(cancellationToken))
            read(rows);
    }

    public static string? Text(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? Number(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
