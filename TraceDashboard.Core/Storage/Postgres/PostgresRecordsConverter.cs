#pragma warning disable NPG9001 // Converters are the one way to send a value that is in PostgreSQL's own format already; their types may change with Npgsql's major version.
using Npgsql;
using Npgsql.Internal;
using Npgsql.Internal.Postgres;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>Lets <see cref="PostgresRecords"/> be sent as they are. The statement says by a cast which type they have.</summary>
internal sealed class PostgresRecordsConverter : PgStreamingConverter<PostgresRecords>
{
    public static void AddTo(NpgsqlDataSourceBuilder builder) => builder.AddTypeInfoResolverFactory(new Factory());

    public override Size GetSize(SizeContext context, PostgresRecords value, ref object? writeState) => Size.Create(value.Bytes.Length);

    public override void Write(PgWriter writer, PostgresRecords value) => writer.WriteBytes(value.Bytes.Span);

    public override ValueTask WriteAsync(PgWriter writer, PostgresRecords value, CancellationToken cancellationToken = default) =>
        writer.WriteBytesAsync(value.Bytes, cancellationToken);

    public override PostgresRecords Read(PgReader reader) => throw new NotSupportedException("Records are only written.");

    public override ValueTask<PostgresRecords> ReadAsync(PgReader reader, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Records are only written.");

    private sealed class Factory : PgTypeInfoResolverFactory
    {
        public override IPgTypeInfoResolver CreateResolver() => new Resolver();

        public override IPgTypeInfoResolver? CreateArrayResolver() => null;
    }

    private sealed class Resolver : IPgTypeInfoResolver
    {
        public PgTypeInfo? GetTypeInfo(Type? type, DataTypeName? dataTypeName, PgSerializerOptions options) =>
            type == typeof(PostgresRecords) ? new PgTypeInfo(options, new PostgresRecordsConverter(), new Oid(0)) { SupportsReading = false } : null;
    }
}
