using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Upkeep;

namespace TraceDashboard.Hosting;

internal static class StartExtensions
{
    /// <summary>
    /// Runs until the host is told to stop. What is wrong with the configuration is told as a list, all of it at once and
    /// without a stack trace.
    /// </summary>
    /// <returns>The exit code: 0, or 1 when the app could not start.</returns>
    public static Task<int> RunToExitCodeAsync(this WebApplication app, TextWriter errors) => ToExitCodeAsync(
        app,
        async () =>
        {
            app.CheckOptionsAndListen();
            await app.RunAsync();
            return 0;
        },
        errors);

    /// <summary>Does what a verb asks for, without listening, and with nothing in the background.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> CheckStoreToExitCodeAsync(this WebApplication app, string verb, TextWriter output, TextWriter errors) => ToExitCodeAsync(
        app,
        () =>
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            return StoreCheckVerbs.RunAsync(app.Services, verb, output, CancellationToken.None);
        },
        errors);

    private static async Task<int> ToExitCodeAsync(WebApplication app, Func<Task<int>> run, TextWriter errors)
    {
        await using (app)
        {
            try
            {
                return await run();
            }
            catch (Exception e) when (ConfigurationErrors(e) is { } messages)
            {
                await errors.WriteLineAsync("Trace Dashboard cannot start:");
                foreach (var message in messages)
                    await errors.WriteLineAsync($"  - {message}");
                return 1;
            }
        }
    }

    private static List<string>? ConfigurationErrors(Exception exception) => exception switch
    {
        OptionsValidationException e => [.. e.Failures],
        AggregateException e when e.InnerExceptions.All(i => i is OptionsValidationException) =>
            [.. e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(i => i.Failures).Distinct(StringComparer.Ordinal)],
        StartException e => [e.Message],
        IOException { InnerException: AddressInUseException } e => [$"{e.Message} Set --urls, ASPNETCORE_URLS, Otlp:HttpEndpoint or Otlp:GrpcEndpoint to another address."],
        _ => null,
    };
}
