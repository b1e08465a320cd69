using Microsoft.Data.Sqlite;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>Keeps a second process away from a database file: its writers would not take turns with ours.</summary>
internal sealed class SqliteFolderLock : IDisposable
{
    private readonly FileStream _file;

    private SqliteFolderLock(FileStream file) => _file = file;

    public static SqliteFolderLock Take(string connectionString)
    {
        var database = Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);
        var path = database + ".lock";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new SqliteFolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new InvalidOperationException(
                $"Another process is using the database {database}. Stop it, or set ConnectionStrings:Sqlite to another file.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
