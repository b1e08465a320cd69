using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SQLitePCL;

namespace TraceDashboard.Core.Storage;

/// <summary>What an error of the database means for who brought something.</summary>
public static class StoreErrors
{
    // Values that a column does not take, constraints that they break, rows that are too large: PostgreSQL's classes of errors in the data.
    private static readonly string[] s_classesOfData = ["22", "23", "54"];

    /// <summary>
    /// Whether the store as a whole is out of reach, full, busy, or not as this version of the app needs it, so that the same may be taken later.
    /// What is not known to be an error in the data is one of the store: a sender that is refused for good does not send again.
    /// </summary>
    public static bool IsUnavailable(Exception e) => e switch
    {
        PostgresException p => p.IsTransient || !s_classesOfData.Contains(p.SqlState[..2], StringComparer.Ordinal),
        NpgsqlException => true,
        SqliteException s => s.SqliteErrorCode is not (raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG),

        // EF Core wraps what it could not save, and what may pass, without a strategy that tries again.
        DbUpdateException or InvalidOperationException when e.InnerException is DbException inner => IsUnavailable(inner),
        IOException or TimeoutException or SocketException or ObjectDisposedException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>Whether the store refuses a value for what it is, and would again. Anything else is a fault of ours, and may be mended before the sender comes again.</summary>
    public static bool IsOfData(Exception e) => IsOfDatabase(e) && !IsUnavailable(e);

    /// <summary>Whether it is a statement that failed, and for no fault of what was asked.</summary>
    public static bool IsOfStore(Exception e) => IsOfDatabase(e) && IsUnavailable(e);

    /// <summary>What is wrong with the store, in words that may be shown to anybody.</summary>
    public static string Describe(Exception e) => e switch
    {
        SqliteException { SqliteExtendedErrorCode: raw.SQLITE_READONLY_DBMOVED } => "The database file was deleted or replaced while the app ran; restart the app.",
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } or PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "The disk of the database is full.",
        SqliteException { SqliteErrorCode: raw.SQLITE_READONLY } or PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => "The database is read-only.",
        SqliteException { SqliteErrorCode: raw.SQLITE_ERROR } => Misfit,
        PostgresException p when p.SqlState.StartsWith("42", StringComparison.Ordinal) => Misfit,
        DbUpdateException or InvalidOperationException when e.InnerException is DbException inner => Describe(inner),
        _ => "The database cannot be reached.",
    };

    private static bool IsOfDatabase(Exception e) => e is DbException or DbUpdateException or InvalidOperationException { InnerException: DbException };

    private const string Misfit = "The tables of the database do not fit this version of the app.";
}
