using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Demo;

internal static class DemoExtensions
{
    public const string Verb = "demo";

    /// <summary>
    /// With <c>demo</c> as the first argument the app fills an empty project with sample traces. Keyless ingestion from
    /// loopback is then on unless the configuration says otherwise, so that one can send traces of one's own at once.
    /// </summary>
    public static void AddDemo(this WebApplicationBuilder builder, string[] args)
    {
        builder.Services.AddOptionsSection<DemoOptions>(DemoOptions.Section);
        if (args is not [Verb, ..])
            return;
        builder.Configuration["Ingestion:AllowAnonymous"] ??= "true";
        builder.Services.AddHostedService<DemoService>();
    }
}
