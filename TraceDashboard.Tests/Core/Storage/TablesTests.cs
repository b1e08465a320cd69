using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Tests.Core.Storage;

public sealed class TablesTests
{
    [Fact]
    public void Tables_name_the_columns_that_their_indexes_read()
    {
        using var sqlite = new SqliteTraceDbContext(SqliteTraceDbContext.Options("Data Source=:memory:"));

        Assert.Equal(IndexedColumns(sqlite, Tables.Spans), Tables.Spans.Indexed!.Order());
        Assert.Equal(IndexedColumns(sqlite, Tables.Traces), Tables.Traces.Indexed!.Order());
    }

    private static IEnumerable<string> IndexedColumns<T>(DbContext db, Table<T> table) => db.Model.FindEntityType(typeof(T))!.GetIndexes()
        .SelectMany(i => i.Properties.Select(p => p.GetColumnName()).Concat(table.Columns.Select(c => c.Name).Where(c => Regex.IsMatch(i.GetFilter() ?? "", $@"\b{c}\b"))))
        .Except(table.Key)
        .Distinct()
        .Order();
}
