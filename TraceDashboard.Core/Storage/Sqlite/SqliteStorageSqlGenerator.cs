using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>Stores the tables whose key is how they are read in the order of that key, which EF Core has no option for.</summary>
#pragma warning disable EF1001 // the base constructor takes it, and only passes it on
internal sealed class SqliteStorageSqlGenerator(MigrationsSqlGeneratorDependencies dependencies, IRelationalAnnotationProvider annotations)
    : SqliteMigrationsSqlGenerator(dependencies, annotations)
#pragma warning restore EF1001
{
    private static readonly HashSet<string> ClusteredTables =
        ["spans", "span_contents", "span_chunks", "metadata_values", "rollups"];

    protected override void Generate(CreateTableOperation operation, IModel? model, MigrationCommandListBuilder builder, bool terminate = true)
    {
        if (!ClusteredTables.Contains(operation.Name))
        {
            base.Generate(operation, model, builder, terminate);
            return;
        }

        base.Generate(operation, model, builder, terminate: false);
        builder.Append(" WITHOUT ROWID").AppendLine(Dependencies.SqlGenerationHelper.StatementTerminator);
        if (terminate)
            EndStatement(builder);
    }
}
