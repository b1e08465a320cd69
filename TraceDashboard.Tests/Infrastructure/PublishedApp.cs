using System.Diagnostics;
using TraceDashboard.Tests.Infrastructure;

[assembly: AssemblyFixture(typeof(PublishedApp))]

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>The app as it is published, for all tests that look at that; made by the first of them.</summary>
public sealed class PublishedApp : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private string? _folder;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<string> GetFolderAsync()
    {
        await _gate.WaitAsync(Cancel);
        try
        {
            if (_folder is null)
            {
                var folder = Directory.CreateTempSubdirectory("td-publish-").FullName;
                await PublishAsync(folder);
                _folder = folder;
            }

            return _folder;
        }
        finally
        {
            _gate.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Of what is built already, so it takes seconds.</summary>
    private static async Task PublishAsync(string folder)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

        // Without node reuse: a process of MSBuild that stays would keep the pipes of this one open.
        using var publish = Process.Start(new ProcessStartInfo("dotnet", ["publish", "TraceDashboard", "--no-build", "-c", configuration, "-o", folder, "-nodeReuse:false"])
        {
            WorkingDirectory = SourceTree.Root,
            RedirectStandardOutput = true,
        })!;
        var output = await publish.StandardOutput.ReadToEndAsync(Cancel);
        await publish.WaitForExitAsync(Cancel);
        Assert.True(publish.ExitCode == 0, output);
    }
}
