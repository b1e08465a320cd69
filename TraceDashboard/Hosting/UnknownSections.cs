using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Hosting;

/// <summary>Sections of the configuration that nobody reads: most often a name is misspelt, and what it says would be missed without a word.</summary>
internal static partial class UnknownSections
{
    // Read by the host, by ASP.NET Core, and by the listeners.
    private static readonly string[] s_others = ["Kestrel", "Logging", "Otlp"];

    private const string ConnectionStrings = "ConnectionStrings";

    public static void WarnOfUnknownSections(this WebApplication app)
    {
        HashSet<string> known = new([.. app.Services.GetServices<KnownSection>().Select(s => s.Name), .. s_others, ConnectionStrings], StringComparer.OrdinalIgnoreCase);
        foreach (var section in app.Configuration.GetChildren().Where(s => s.Key.Length > 0 && s.GetChildren().Any() && !known.Contains(s.Key)))
            LogUnknown(app.Logger, section.Key, string.Join(", ", known.Order(StringComparer.Ordinal)));

        foreach (var name in app.Configuration.GetSection(ConnectionStrings).GetChildren().Select(c => c.Key))
        {
            if (!Enum.TryParse<Core.Storage.DatabaseProvider>(name, ignoreCase: true, out _))
                LogUnknown(app.Logger, $"{ConnectionStrings}:{name}", $"{ConnectionStrings}:Postgres, {ConnectionStrings}:Sqlite");
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Nothing reads {Section} of the configuration. There are: {Known}.")]
    private static partial void LogUnknown(ILogger logger, string section, string known);
}
