using Microsoft.Data.Sqlite;
using TraceDashboard.Core.Configuration;

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
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new SqliteFolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new StartException(
                $"Another process is using the database {database}. Stop it, or set ConnectionStrings:Sqlite to another file.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartException($"The database {database} cannot be written: {e.Message} Set ConnectionStrings:Sqlite to a file that can.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
