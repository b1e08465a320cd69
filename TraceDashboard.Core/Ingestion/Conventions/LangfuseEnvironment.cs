namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>The form of environments: lower case, at most 40 letters, digits, '-' and '_', not beginning with Langfuse's own name.</summary>
internal static class LangfuseEnvironment
{
    public const string Default = "default";

    private const string Reserved = "langfuse";
    private const int MaxLength = 40;

    public static string Normalise(string environment)
    {
        var name = environment.ToLowerInvariant().AsSpan();
        while (name.StartsWith(Reserved, StringComparison.Ordinal))
        {
            name = name[Reserved.Length..];
            if (name is ['-' or '_', ..])
                name = name[1..];
        }

        name = name[..Math.Min(name.Length, MaxLength)];
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))
                return Default;
        }

        return name.Length == 0 ? Default : name.ToString();
    }
}
