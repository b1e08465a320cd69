using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Clients;

/// <summary>Runs the JavaScript programs of this folder with the clients that its package-lock.json names.</summary>
internal static class NodeClient
{
    /// <summary>What the program printed on its last line. It must end well and print no error: exporters that fail say so there and nowhere else.</summary>
    public static async Task<JsonNode> RunAsync(string program, IReadOnlyDictionary<string, string> environment)
    {
        var folder = Path.Combine(SourceTree.Root, "TraceDashboard.Tests", "Clients");
        AssertInstalled(folder);
        var start = new ProcessStartInfo("node") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(program);
        foreach (var inherited in start.Environment.Keys.Where(k => k.StartsWith("OTEL_", StringComparison.Ordinal) || k.StartsWith("LANGFUSE_", StringComparison.Ordinal) || k.StartsWith("LANGSMITH_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(inherited);
        start.Environment["NODE_NO_WARNINGS"] = "1";
        foreach (var (key, value) in environment)
            start.Environment[key] = value;

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 0 && (await errors).Length == 0, $"{program} ended with {process.ExitCode}:\n{await output}\n{await errors}");
            return JsonNode.Parse((await output).TrimEnd().Split('\n')[^1])!;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("Node.js 20 or later is needed: https://nodejs.org/en/download, or run ./test.sh, which installs what it can.", e);
        }
    }

    private static void AssertInstalled(string folder)
    {
        // npm writes the second one when an installation is complete.
        var wanted = Versions(Path.Combine(folder, "package-lock.json"));
        var installed = Versions(Path.Combine(folder, "node_modules", ".package-lock.json"));
        Assert.True(
            wanted.All(p => installed.GetValueOrDefault(p.Key) == p.Value),
            $"The JavaScript clients are not installed, or not in the versions of package-lock.json: run 'npm ci --ignore-scripts' in {folder}, or ./test.sh, which does that.");
    }

    private static Dictionary<string, string?> Versions(string lockFile) =>
        File.Exists(lockFile)
            ? JsonNode.Parse(File.ReadAllText(lockFile))!["packages"]!.AsObject()
                .Where(p => p.Key.Length > 0 && p.Value!["optional"] is null)
                .ToDictionary(p => p.Key, p => p.Value!["integrity"]?.GetValue<string>(), StringComparer.Ordinal)
            : [];
}
