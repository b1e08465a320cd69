using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>The app as a process of its own, for tests that kill it.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];

    private AppProcess(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public int Id => _process.Id;

    /// <summary>What it was started with, for another process with the same settings.</summary>
    public IReadOnlyList<string> Settings { get; private init; } = [];

    public HttpClient Client { get; }

    /// <summary>What it has written so far, to both of its streams.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return string.Join('\n', _output);
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="folder">Where it was published to; null for the one that the tests were built with.</param>
    public static async Task<AppProcess> StartAsync(string[] settings, CancellationToken cancellationToken, string? folder = null)
    {
        folder ??= AppContext.BaseDirectory;
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        var address = new Uri($"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        settings = [$"--urls={address}", "--environment=Development", "--Otlp:HttpEndpoint=", "--Otlp:GrpcEndpoint=", .. settings];
        foreach (var argument in settings.Prepend(Path.Combine(folder, "TraceDashboard.dll")))
            start.ArgumentList.Add(argument);
        var app = new AppProcess(Process.Start(start)!, address) { Settings = settings };
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app._process.OutputDataReceived += (_, line) => Take(line.Data);
        app._process.ErrorDataReceived += (_, line) => Take(line.Data);
        app._process.BeginOutputReadLine();
        app._process.BeginErrorReadLine();
        try
        {
            var ended = app._process.WaitForExitAsync(cancellationToken);
            if (await Task.WhenAny(listens.Task, ended).WaitAsync(TimeSpan.FromSeconds(60), cancellationToken) == ended)
                throw new InvalidOperationException($"The app ended with {app._process.ExitCode}.");
            using var ready = await app.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            ready.EnsureSuccessStatusCode();
            return app;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await app.DisposeAsync();
            throw new InvalidOperationException($"The app did not become ready:\n{app.Output}", e);
        }

        void Take(string? line)
        {
            lock (app._output)
                app._output.Add(line ?? "");
            if (line?.Contains("Application started", StringComparison.Ordinal) == true)
                listens.TrySetResult();
        }
    }

    /// <summary>SIGKILL: nothing of it gets a chance to finish.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: it is to end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        using (var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        Client.Dispose();
    }
}
