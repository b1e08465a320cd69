using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(TraceDashboard.Tests.Infrastructure.PostgresCluster))]

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>
/// A throw-away PostgreSQL cluster for the whole test run, with <c>fsync</c> on. It listens on a free loopback port.
/// PostgreSQL refuses to run as root, so root starts it as the user <c>postgres</c>.
/// </summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private readonly SemaphoreSlim _start = new(1, 1);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"td-pg-{Guid.NewGuid():N}");
    private int _port;
    private string _settings = "";
    private bool _running;
    private int _databases;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Creates an empty database; starts the cluster when it is the first.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await _start.WaitAsync(cancellationToken);
        try
        {
            if (_port == 0)
                await CreateAsync(cancellationToken);
        }
        finally
        {
            _start.Release();
        }

        var name = $"td{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return ConnectionString(name);
    }

    /// <summary>A cluster of its own, for a test that stops it or wants other settings.</summary>
    public static async Task<PostgresCluster> StartOwnAsync(CancellationToken cancellationToken, string settings = "")
    {
        var cluster = new PostgresCluster { _settings = settings };
        await cluster.CreateAsync(cancellationToken);
        return cluster;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await RunAsync("pg_ctl", ["-D", Data, "-m", "immediate", "-w", "stop"], cancellationToken);
        _running = false;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync=on -c synchronous_commit=on -c shared_buffers=128MB -c max_connections=200 {_settings}";
        await RunAsync("pg_ctl", ["-D", Data, "-l", Path.Combine(_folder, "log"), "-o", settings, "-w", "start"], cancellationToken);
        _running = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_running)
            await StopAsync(CancellationToken.None);
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        _start.Dispose();
    }

    private string Data => Path.Combine(_folder, "data");

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Maximum Pool Size=40;Timeout=5";

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        if (Environment.UserName == "root")
            await RunProcessAsync("chown", ["postgres", _folder], cancellationToken);
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        await RunAsync("initdb", ["-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], cancellationToken);
        await StartAsync(cancellationToken);
    }

    private static Task RunAsync(string tool, string[] arguments, CancellationToken cancellationToken)
    {
        var path = FindTool(tool);
        return Environment.UserName == "root"
            ? RunProcessAsync("runuser", ["-u", "postgres", "--", path, .. arguments], cancellationToken)
            : RunProcessAsync(path, arguments, cancellationToken);
    }

    private static async Task RunProcessAsync(string file, string[] arguments, CancellationToken cancellationToken)
    {
        // pg_ctl's server would inherit redirected output and keep it open, so only errors of the tool itself are read.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetTempPath(), RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" >/dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(file);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}; see its output above.");
    }

    private static string FindTool(string tool)
    {
        const string debian = "/usr/lib/postgresql";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').ToList();
        if (Directory.Exists(debian))
        {
            folders.InsertRange(0, Directory.GetDirectories(debian)
                .OrderByDescending(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(d => Path.Combine(d, "bin")));
        }

        return folders.Select(f => Path.Combine(f, tool)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"PostgreSQL's {tool} was not found. Run ./test.sh, which installs it on Debian and Ubuntu, or install the PostgreSQL server and put its bin folder on PATH.");
    }
}
