using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using TraceDashboard.Hosting;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

/// <summary>How the program begins and ends as a process among others.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class StartTests : IDisposable
{
    private static readonly string[] s_noListeners = ["--urls=http://127.0.0.1:0", "--Otlp:HttpEndpoint=", "--Otlp:GrpcEndpoint="];

    private readonly string _folder = Directory.CreateTempSubdirectory("td-start-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ConnectionStrings:Sqlite=Data Source={folder}", "is a folder")]
    [InlineData("ConnectionStrings:Sqlite=Data Source={folder}/corrupt.db", "cannot be used")]
    [InlineData("ConnectionStrings:Sqlite=Data Source=/sys/kernel/traces.db", "cannot be written")]
    [InlineData("ConnectionStrings:Sqlite=Data Source={folder}/corrupt.db/traces.db", "cannot be written")]
    [InlineData("ConnectionStrings:Sqlite=Data Source=:memory:", "must name a file")]
    [InlineData("ConnectionStrings:Sqlite=Data Source=file:{folder}/traces.db?mode=ro", "must name a file")]
    [InlineData("ConnectionStrings:Sqlite=Data Source={folder}/traces.db;Mode=ReadOnly", "has Mode=ReadOnly")]
    [InlineData("urls=http://127.0.0.1:99999", "the port must be a number")]
    [InlineData("urls=http://127.0.0.1:many", "the port must be a number")]
    [InlineData("urls=http://192.0.2.1:15080", "no address of this machine")]
    [InlineData("urls=https://127.0.0.1:15443", "has no certificate")]
    [InlineData("Kestrel:Endpoints:Own:Url=here", "Kestrel:Endpoints:Own:Url is 'here', which is not an address")]
    [InlineData("Kestrel:Endpoints:Own:Name=x", "Kestrel:Endpoints:Own:Url is ''")]
    [InlineData("Kestrel:Endpoints:Own:Url=ftp://127.0.0.1:0", "the scheme must be http or https")]
    [InlineData("Kestrel:Endpoints:Own:Url=http://127.0.0.1:0/path", "leave the path '/path' away")]
    [InlineData("Kestrel:Endpoints:Own:Url=http://192.0.2.1:15080", "Kestrel:Endpoints:Own:Url: http://192.0.2.1:15080 is no address of this machine")]
    [InlineData("Kestrel:Endpoints:Own:Url=http://127.0.0.1:0 Kestrel:Endpoints:Own:Protocols=Http9", "Kestrel:Endpoints:Own:Protocols is 'Http9'")]
    [InlineData("Kestrel:Endpoints:Own:Url=https://127.0.0.1:0 Kestrel:Endpoints:Own:SslProtocols:0=Tls9", "The section Kestrel has an error: ")]
    [InlineData("Kestrel:Endpoints:Own:Url=https://127.0.0.1:0 Kestrel:Endpoints:Own:Certificate:Path={folder}/none.pfx", "The section Kestrel has an error: ")]
    [InlineData("Kestrel:Endpoints:Own:Url=https://127.0.0.1:0 Kestrel:Endpoints:Own:Certificate:Path={folder}/corrupt.db", "The section Kestrel has an error: ")]
    [InlineData("Kestrel:Certificates:Default:Path={folder}/none.pfx", "The section Kestrel has an error: ")]
    [InlineData("Media:Folder=/sys/kernel/media", "Media:Folder")]
    [InlineData("Media:Folder={folder}/corrupt.db", "Media:Folder")]
    [InlineData("Database:Schema=pg_traces", "Database:Schema")]
    public async Task What_stands_in_the_way_of_the_start_is_told_in_one_line(string setting, string words)
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, "corrupt.db"), Encoding.UTF8.GetBytes(new string('x', 5000)), Cancel);
        var log = new TestLog();
        using var errors = new StringWriter();
        string[] settings = [.. s_noListeners, .. Settings, .. SplitSettings().Split(setting.Replace("{folder}", _folder, StringComparison.Ordinal)).Select(s => "--" + s)];

        var exit = await Program.Build(settings, builder => builder.Logging.ClearProviders().AddProvider(log)).RunToExitCodeAsync(errors);

        Assert.Equal(1, exit);
        var line = Assert.Single(errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("Trace Dashboard cannot start: ", line, StringComparison.Ordinal);
        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.DoesNotContain(log.Entries, e => e.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_file_that_may_only_be_read_is_told_in_one_line()
    {
        // Root may write to any file, but for this right.
        var database = Path.Combine(_folder, "traces.db");
        await File.WriteAllBytesAsync(database, [], Cancel);
        File.SetUnixFileMode(database, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "TraceDashboard.dll"), .. s_noListeners, .. Settings];

        var (exit, errors) = await RunAsync(Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", .. command] : command);

        Assert.Equal(1, exit);
        Assert.StartsWith($"Trace Dashboard cannot start: The database {database} cannot be written", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_section_that_nobody_reads_is_warned_of()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { ["Databse:Provider"] = "Sqlite", ["ConnectionStrings:Postgre"] = "Host=db", ["Logging:LogLevel:Some"] = "Warning", ["Demo:Traces"] = "5" },
        });

        var warnings = app.Log.Entries.Where(e => e.Level == LogLevel.Warning && e.Message.StartsWith("Nothing reads ", StringComparison.Ordinal)).Select(e => e.Message.Split(' ')[2]);

        Assert.Equal(["ConnectionStrings:Postgre", "Databse"], warnings.Intersect(["Databse", "ConnectionStrings:Postgre", "Logging", "Demo", "Database", "Media"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_in_the_middle_of_an_upload_ends_with_code_0_when_the_drain_is_over()
    {
        await using var app = await AppProcess.StartAsync([.. Settings, "--Ingestion:DrainTimeout=00:00:01"], Cancel);
        using var upload = new TcpClient();
        await upload.ConnectAsync(app.Client.BaseAddress!.Host, app.Client.BaseAddress.Port, Cancel);
        await upload.GetStream().WriteAsync("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"u8.ToArray(), Cancel);
        using (var stored = await app.Client.PostOtlpAsync(OtlpJson.Export([1], DateTimeOffset.UtcNow), Cancel))
            stored.EnsureSuccessStatusCode();
        var clock = Stopwatch.StartNew();

        var exit = await app.TerminateAsync(Cancel);

        Assert.Equal(0, exit);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20)); // without the cut, the 30 s of the host
        Assert.DoesNotContain("fail:", app.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("rebuild")]
    public async Task A_verb_runs_beside_the_app_with_the_same_settings(string verb)
    {
        await using var app = await AppProcess.StartAsync(Settings, Cancel);
        using var output = new StringWriter();
        using var errors = new StringWriter();

        var exit = await Verbs.TryRun([verb, .. app.Settings], output, errors)!;

        Assert.Equal("", errors.ToString());
        Assert.Equal(0, exit);
        Assert.Contains("The app is running on this database", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("Everything is as the spans say.", output.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [GeneratedRegex(" (?=Kestrel:)")]
    private static partial Regex SplitSettings();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Settings =>
    [
        $"--ConnectionStrings:Sqlite=Data Source={Path.Combine(_folder, "traces.db")}", $"--Media:Folder={Path.Combine(_folder, "media")}",
    ];

    private static async Task<(int Exit, string[] Errors)> RunAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = await process.StandardError.ReadToEndAsync(Cancel);
        await output;
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
