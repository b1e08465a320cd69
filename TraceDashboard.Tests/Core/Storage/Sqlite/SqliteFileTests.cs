using System.Diagnostics;
using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Tests.Core.Storage.Sqlite;

[UnsupportedOSPlatform("windows")]
public sealed class SqliteFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("td-file-").FullName;

    [Fact]
    public void A_symbolic_link_leads_to_the_same_claim()
    {
        using var claim = SqliteFile.TryClaim(Connection("traces.db"));
        File.CreateSymbolicLink(Path.Combine(_folder, "link.db"), Path.Combine(_folder, "traces.db"));

        Assert.NotNull(claim);
        Assert.Null(SqliteFile.TryClaim(Connection("link.db")));
    }

    [Fact]
    public void A_file_with_a_second_name_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the names of a file are not counted.");
        SqliteFile.TryClaim(Connection("traces.db"))!.Dispose();
        Link("traces.db", "second.db");

        var error = Assert.Throws<StartException>(() => SqliteFile.TryClaim(Connection("second.db")));

        Assert.Contains("hard link", error.Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder, "second.db"));
        using var claim = SqliteFile.TryClaim(Connection("traces.db"));
        Assert.NotNull(claim);
    }

    [Theory]
    [InlineData("traces.db")]
    [InlineData("traces.db-wal")]
    public void A_file_that_is_deleted_is_noticed(string file)
    {
        using var claim = SqliteFile.TryClaim(Connection("traces.db"))!;
        using var connection = Use();
        claim.EnsureInPlace();
        File.Delete(Path.Combine(_folder, file));

        var error = Assert.Throws<SqliteException>(claim.EnsureInPlace);

        Assert.Equal(raw.SQLITE_READONLY_DBMOVED, error.SqliteExtendedErrorCode);
    }

    [Fact]
    public void A_file_that_is_replaced_is_noticed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a file is its path.");
        using var claim = SqliteFile.TryClaim(Connection("traces.db"))!;
        using var connection = Use();
        File.Copy(Path.Combine(_folder, "traces.db"), Path.Combine(_folder, "other.db"));
        File.Move(Path.Combine(_folder, "other.db"), Path.Combine(_folder, "traces.db"), overwrite: true);

        Assert.Throws<SqliteException>(claim.EnsureInPlace);
    }

    [Fact]
    public void Nobody_but_the_owner_may_read_the_files()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        using var claim = SqliteFile.TryClaim(Connection("traces.db"));
        using var connection = Use();

        foreach (var file in new[] { "traces.db", "traces.db-wal", "traces.db-shm", "traces.db.lock" })
            Assert.Equal((file, OwnerOnly), (file, File.GetUnixFileMode(Path.Combine(_folder, file))));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead | UnixFileMode.OtherRead, OwnerOnly)] // as earlier versions made it
    [InlineData(UnixFileMode.GroupRead, OwnerOnly | UnixFileMode.GroupRead)] // as somebody wanted it
    public void A_file_that_everybody_may_read_is_closed_and_one_for_a_group_is_left(UnixFileMode others, UnixFileMode expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        var file = Path.Combine(_folder, "traces.db");
        File.WriteAllBytes(file, []);
        File.SetUnixFileMode(file, OwnerOnly | others);

        using var claim = SqliteFile.TryClaim(Connection("traces.db"));

        Assert.Equal(expected, File.GetUnixFileMode(file));
    }

    public void Dispose()
    {
        SqliteDatabase.Release(Connection("traces.db"));
        Directory.Delete(_folder, recursive: true);
    }

    private string Connection(string file) => $"Data Source={Path.Combine(_folder, file)}";

    /// <summary>A connection that has written, so that all of the files are there.</summary>
    private SqliteConnection Use()
    {
        SqliteDatabase.Create(Connection("traces.db"));
        var connection = SqliteDatabase.Open(Connection("traces.db"));
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE some (id INTEGER)";
        command.ExecuteNonQuery();
        return connection;
    }

    private void Link(string from, string to)
    {
        using var link = Process.Start("ln", [Path.Combine(_folder, from), Path.Combine(_folder, to)]);
        link.WaitForExit();
        Assert.Equal(0, link.ExitCode);
    }
}
