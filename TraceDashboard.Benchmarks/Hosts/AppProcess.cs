using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TraceDashboard.Benchmarks.Hosts;

/// <summary>The app as a process of its own on loopback, so that its CPU and memory are its own; stopped when disposed.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private readonly Process _process;

    private AppProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    /// <param name="database">Configuration of the store, as <c>key=value</c>.</param>
    /// <param name="log">File that takes what the app prints.</param>
    /// <param name="cancellationToken">Stops waiting for the start.</param>
    public static async Task<AppProcess> StartAsync(IReadOnlyList<string> database, string log, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] settings =
        [
            "--urls=" + address.OriginalString, "--Otlp:HttpEndpoint=", "--Otlp:GrpcEndpoint=", "--Ingestion:AllowAnonymous=true",
            "--Logging:LogLevel:Default=Warning", .. database.Select(s => "--" + s),
        ];
        var program = Path.Combine(AppContext.BaseDirectory, "TraceDashboard.dll");
        var process = Process.Start(new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log, "dotnet", program, .. settings])
        {
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Production" },
        }) ?? throw new InvalidOperationException("The app did not start.");
        var app = new AppProcess(process, address);
        try
        {
            await app.WaitUntilReadyAsync(log, cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync(CancellationToken.None);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(string log, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited || clock.Elapsed > TimeSpan.FromSeconds(60))
                throw new InvalidOperationException("The app did not become ready:\n" + await File.ReadAllTextAsync(log, cancellationToken));
            try
            {
                using var response = await client.GetAsync(new Uri(Address, "/health/ready"), cancellationToken);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
