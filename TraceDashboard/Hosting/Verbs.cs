using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Upkeep;

namespace TraceDashboard.Hosting;

/// <summary>What the program does instead of serving when its first argument says so. The settings are those of the app, which may run beside it.</summary>
internal static class Verbs
{
    /// <returns>The exit code; null when there is no verb.</returns>
    public static Task<int>? TryRun(string[] args, TextWriter output, TextWriter errors) => args switch
    {
        [MigrateVerb.Name, .. var settings] => RunAsync(
            settings.Except([MigrateVerb.Script]), services => MigrateVerb.RunAsync(services, settings.Contains(MigrateVerb.Script), output, CancellationToken.None), errors),
        [var verb, .. var settings] when StoreCheckVerbs.IsVerb(verb) => RunAsync(
            settings, services => StoreCheckVerbs.RunAsync(services, verb, output, CancellationToken.None), errors),
        _ => null,
    };

    private static Task<int> RunAsync(IEnumerable<string> settings, Func<IServiceProvider, Task<int>> run, TextWriter errors)
    {
        var app = Program.Build([.. settings], static builder =>
        {
            builder.Services.Configure<ListenerOptions>(static listeners => listeners.Listens = false);
            builder.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        });
        return app.ToExitCodeAsync(
            app =>
            {
                app.Services.GetRequiredService<IStartupValidator>().Validate();
                return run(app.Services);
            },
            errors);
    }
}
