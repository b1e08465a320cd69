using Microsoft.Data.Sqlite;
using SQLitePCL;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>
/// The database file while this process has it: no other process writes to it, whose writers would not take turns with ours; not everybody may read it;
/// and it is noticed when it is taken away.
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // What the runtime says of a lock that somebody else has.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;

    private static readonly string[] s_suffixes = ["", "-wal", "-shm"];

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly FileIdentity? _identity;

    private SqliteFile(string path, FileStream @lock, FileIdentity? identity) => (_path, _lock, _identity) = (path, @lock, identity);

    /// <summary>The path of the file, whichever links lead to it.</summary>
    public static string PathOf(string connectionString)
    {
        var path = Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);
        return new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
    }

    /// <summary>Creates the file if there is none.</summary>
    /// <returns>Null when another process has it.</returns>
    /// <exception cref="StartException">It cannot be used.</exception>
    public static SqliteFile? TryClaim(string connectionString)
    {
        var path = PathOf(connectionString);
        if (Directory.Exists(path))
            throw new StartException($"The database {path} is a folder. Set ConnectionStrings:Sqlite to a file.");
        FileStream? @lock = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            @lock = TryLock(path + ".lock");
            if (@lock is null)
                return null;
            Open(path, FileShare.ReadWrite).Dispose(); // the log beside it gets the rights that it has
            var identity = FileIdentity.Of(path);
            if (identity is { Links: > 1 })
                throw new StartException($"The database {path} has a second name (a hard link), under which another process could write to it. Remove one of the names, or set ConnectionStrings:Sqlite to another file.");
            KeepFromOthers(path);
            var claim = new SqliteFile(path, @lock, identity);
            @lock = null;
            return claim;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The database {path} cannot be written: {e.Message} Set ConnectionStrings:Sqlite to a file that can.", e);
        }
        finally
        {
            @lock?.Dispose();
        }
    }

    /// <summary>To be called while a connection that has read or written is open, before it is said that something is stored.</summary>
    /// <exception cref="SqliteException">The file or its log was deleted or replaced: what is committed now would go with this process.</exception>
    public void EnsureInPlace()
    {
        var isThere = _identity is { } identity ? FileIdentity.Of(_path)?.IsSameFile(identity) is true : File.Exists(_path);
        if (!isThere || !File.Exists(_path + "-wal"))
            throw new SqliteException($"The database {_path} was deleted or replaced while the app ran. Restart the app.", raw.SQLITE_READONLY, raw.SQLITE_READONLY_DBMOVED);
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string path)
    {
        try
        {
            return Open(path, FileShare.None);
        }
        catch (IOException e) when (e.HResult is SharingViolation or WouldBlock or WouldBlockOnMac)
        {
            return null;
        }
    }

    private static FileStream Open(string path, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>What an earlier version made was open to everybody; rights that were given to a group are left.</summary>
    private static void KeepFromOthers(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in s_suffixes.Select(s => path + s).Where(File.Exists))
        {
            if ((File.GetUnixFileMode(file) & Everybody) != 0)
                File.SetUnixFileMode(file, OwnerOnly);
        }
    }
}
