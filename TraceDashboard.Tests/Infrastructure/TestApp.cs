using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TraceDashboard.Hosting;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>How a <see cref="TestApp"/> differs from what a user gets in Development.</summary>
public sealed record TestAppOptions
{
    /// <summary>Connection string; without it the app stores in SQLite, in a folder that goes with it.</summary>
    public string? Postgres { get; init; }

    /// <summary>Where the SQLite files are, for tests that start the app again on the same data. Kept on dispose when given.</summary>
    public string? Folder { get; init; }

    public string Environment { get; init; } = "Development";

    /// <summary>Whether the dedicated OTLP/HTTP listener is on, on a free port.</summary>
    public bool OtlpListener { get; init; }

    /// <summary>Whether the OTLP/gRPC listener is on, on a free port.</summary>
    public bool GrpcListener { get; init; }

    /// <summary>By key, for example <c>Ingestion:MaxBodyBytes</c>; null leaves the app its default.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Last changes to the services, for example another <see cref="TimeProvider"/>.</summary>
    public Action<IServiceCollection>? Services { get; init; }
}

/// <summary>The real app on real Kestrel at a free port of 127.0.0.1.</summary>
public sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _temporaryFolder;

    private TestApp(WebApplication app, TestLog log, string? temporaryFolder, TestAppOptions options)
    {
        _app = app;
        _temporaryFolder = temporaryFolder;
        Log = log;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        Address = new Uri(addresses[0]);
        OtlpAddress = options.OtlpListener ? new Uri(addresses[1]) : null;
        GrpcAddress = options.GrpcListener ? new Uri(addresses[^1]) : null;
        Client = new HttpClient { BaseAddress = Address };
    }

    /// <summary>Pages and all APIs.</summary>
    public Uri Address { get; }

    /// <summary>The dedicated OTLP/HTTP listener; null when it is off.</summary>
    public Uri? OtlpAddress { get; }

    /// <summary>The OTLP/gRPC listener; null when it is off.</summary>
    public Uri? GrpcAddress { get; }

    /// <summary>Calls <see cref="Address"/> without a key.</summary>
    public HttpClient Client { get; }

    public TestLog Log { get; }

    public IServiceProvider Services => _app.Services;

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public static async Task<TestApp> StartAsync(TestAppOptions? options = null)
    {
        options ??= new TestAppOptions();
        var temporaryFolder = options.Postgres is null && options.Folder is null ? Directory.CreateTempSubdirectory("trace-dashboard-").FullName : null;
        var log = new TestLog();
        var app = Program.Build(Arguments(options, options.Folder ?? temporaryFolder), builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log);
            options.Services?.Invoke(builder.Services);
        });
        try
        {
            await app.PrepareAsync(TestContext.Current.CancellationToken);
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new TestApp(app, log, temporaryFolder, options);
        }
        catch
        {
            await app.DisposeAsync();
            Delete(temporaryFolder);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();

        // The runner prints it with a test that fails. An app of several tests ends after them.
        Action<string> write = TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : Console.Error.WriteLine;
        foreach (var error in Log.Entries.Where(e => e.Level >= LogLevel.Error))
            write($"{error.Category}: {error.Message} {error.Exception}");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        Delete(_temporaryFolder);
    }

    private static string[] Arguments(TestAppOptions options, string? folder)
    {
        var settings = new Dictionary<string, string?>
        {
            ["environment"] = options.Environment,
            ["urls"] = "http://127.0.0.1:0",
            ["Otlp:HttpEndpoint"] = options.OtlpListener ? "http://127.0.0.1:0" : "",
            ["Otlp:GrpcEndpoint"] = options.GrpcListener ? "http://127.0.0.1:0" : "",
        };
        if (options.Postgres is { } postgres)
        {
            settings["Database:Provider"] = "Postgres";
            settings["ConnectionStrings:Postgres"] = postgres;
        }
        else
        {
            settings["ConnectionStrings:Sqlite"] = $"Data Source={Path.Combine(folder!, "traces.db")}";
        }

        if (folder is not null)
            settings["Media:Folder"] = Path.Combine(folder, "media");
        foreach (var (key, value) in options.Settings)
            settings[key] = value;
        return [.. settings.Where(s => s.Value is not null).Select(s => $"--{s.Key}={s.Value}")];
    }

    private static void Delete(string? folder)
    {
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }
}
