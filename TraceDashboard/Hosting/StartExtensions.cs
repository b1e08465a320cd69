using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Hosting;

internal static class StartExtensions
{
    /// <summary>
    /// Runs until the host is told to stop. What is wrong with the configuration is told as a list, all of it at once and
    /// without a stack trace.
    /// </summary>
    /// <returns>The exit code: 0, or 1 when the app could not start.</returns>
    public static Task<int> RunToExitCodeAsync(this WebApplication app, TextWriter errors) => app.ToExitCodeAsync(
        static async app =>
        {
            await app.PrepareAsync(CancellationToken.None);
            await app.RunAsync();
            return 0;
        },
        errors);

    /// <summary>All that must be in order before the host starts, which would log what is not as a crash of its own.</summary>
    /// <exception cref="OptionsValidationException">One section has errors; an <see cref="AggregateException"/> of these when more do.</exception>
    /// <exception cref="StartException">Something outside of the app is not in order.</exception>
    public static async Task PrepareAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        app.CheckOptionsAndListen();
        app.WarnOfUnknownSections();
        foreach (var step in app.Services.GetServices<IStartStep>())
            await step.PrepareAsync(cancellationToken);
    }

    /// <summary>Does something with the app, and disposes of it.</summary>
    /// <returns>What <paramref name="run"/> returns, or 1 when it could not be done.</returns>
    public static async Task<int> ToExitCodeAsync(this WebApplication app, Func<WebApplication, Task<int>> run, TextWriter errors)
    {
        await using (app)
        {
            try
            {
                return await run(app);
            }
            catch (Exception e) when (Reasons(e) is { } reasons)
            {
                await errors.WriteLineAsync(reasons is [var reason]
                    ? $"Trace Dashboard cannot start: {reason}"
                    : string.Join(Environment.NewLine, reasons.Select(r => $"  - {r}").Prepend("Trace Dashboard cannot start:")));
                return 1;
            }
        }
    }

    private static List<string>? Reasons(Exception exception) => exception switch
    {
        OptionsValidationException e => [.. e.Failures],
        AggregateException e when e.InnerExceptions.All(i => i is OptionsValidationException) =>
            [.. e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(i => i.Failures).Distinct(StringComparer.Ordinal)],
        StartException e => [e.Message.ReplaceLineEndings(" ")],
        IOException { InnerException: AddressInUseException } e => [$"{e.Message} Set --urls, ASPNETCORE_URLS, Otlp:HttpEndpoint or Otlp:GrpcEndpoint to another address."],
        _ => null,
    };
}
