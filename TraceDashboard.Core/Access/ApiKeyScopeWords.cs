using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Access;

/// <summary>Scopes as they are written.</summary>
internal static class ApiKeyScopeWords
{
    public static readonly string[] Known = ["ingest", "read"];

    public static IReadOnlyList<string> Of(ApiKeyScopes scopes) =>
        [.. Known.Where(w => (scopes & Parse(w)) != 0)];

    public static ApiKeyScopes Parse(string word) => word switch
    {
        "ingest" => ApiKeyScopes.Ingest,
        "read" => ApiKeyScopes.Read,
        _ => ApiKeyScopes.None,
    };
}
