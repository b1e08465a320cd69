using System.Diagnostics;
using Npgsql;

namespace TraceDashboard.Benchmarks.Hosts;

/// <summary>A throw-away PostgreSQL cluster on a Unix socket in a temporary folder, with synced commits; gone when disposed.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    // PostgreSQL refuses to run as root; as root its programs run as this user, which the distribution's package makes.
    private const string User = "postgres";

    private readonly Process _process;
    private readonly string _folder;

    private PostgresServer(Process process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    public string ConnectionString => $"Host={_folder};Username={User};Database=postgres;Include Error Detail=true;Search Path=trace_dashboard,public";

    public int ProcessId => _process.Id;

    public static async Task<PostgresServer> StartAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), "bench-pg-" + Guid.NewGuid().ToString("N")[..8]);
        var data = Path.Combine(folder, "data");
        Directory.CreateDirectory(folder);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", [User, folder], cancellationToken);
        await RunAsync(Program("initdb"), ["-D", data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], cancellationToken, asUser: true);

        // What is not the default is what any server of this size would set.
        string[] settings = ["listen_addresses=", "fsync=on", "synchronous_commit=on", "shared_buffers=256MB", "max_wal_size=2GB"];
        var process = Start(Program("postgres"), ["-D", data, "-k", folder, .. settings.SelectMany(s => new[] { "-c", s })], asUser: true, Path.Combine(folder, "log"));
        var server = new PostgresServer(process, folder);
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (!_process.HasExited)
        {
            // SIGQUIT: stop at once; nothing of it is kept.
            await RunAsync("kill", ["-QUIT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)], CancellationToken.None);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException) when (!_process.HasExited && clock.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    private static string Program(string name)
    {
        var packaged = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin", name)).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        return packaged ?? name;
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken, bool asUser = false)
    {
        var log = Path.GetTempFileName();
        using var process = Start(program, arguments, asUser, log);
        await process.WaitForExitAsync(cancellationToken);
        var output = await File.ReadAllTextAsync(log, cancellationToken);
        File.Delete(log);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
    }

    private static Process Start(string program, string[] arguments, bool asUser, string log)
    {
        string[] command = asUser && Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=" + User, "--regid=" + User, "--init-groups", program, .. arguments]
            : [program, .. arguments];
        return Process.Start(new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log, .. command]) { WorkingDirectory = "/" })
            ?? throw new InvalidOperationException($"{program} did not start");
    }
}
