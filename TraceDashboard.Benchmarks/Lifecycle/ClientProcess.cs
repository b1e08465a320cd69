using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>A <see cref="LifecycleClient"/> in a process of its own; ended when disposed.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private readonly Process _process;

    public ClientProcess(Uri address, int open, int seed)
    {
        string[] arguments =
        [
            "lifecycle-client", "--target", address.OriginalString,
            "--open", open.ToString(CultureInfo.InvariantCulture), "--seed", seed.ToString(CultureInfo.InvariantCulture),
        ];
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_gcServer"] = "0", ["DOTNET_TieredCompilation"] = "0" }, // what it compiles later would take the app's time
        })
            ?? throw new InvalidOperationException("The client did not start.");
    }

    public TimeSpan Cpu => _process.TotalProcessorTime;

    public async Task<LifecycleTimes> RunAsync(LifecyclePart part, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(part).AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        return line is null ? throw new InvalidOperationException("The client ended early.") : JsonSerializer.Deserialize<LifecycleTimes>(line)!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
