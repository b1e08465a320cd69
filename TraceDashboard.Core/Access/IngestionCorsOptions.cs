namespace TraceDashboard.Core.Access;

/// <summary>Which pages of other origins may send.</summary>
public sealed class IngestionCorsOptions
{
    public const string Section = "Cors";

    /// <summary>Origins whose pages may send to the ingestion endpoints, with a key; with ';' between them. None when it is empty.</summary>
    public string? AllowedOrigins { get; set; }

    internal string[] Origins => AllowedOrigins?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    internal static IEnumerable<string> Check(IngestionCorsOptions options) => options.Origins.Where(o => !IsOrigin(o))
        .Select(o => $"{Section}:{nameof(AllowedOrigins)} has '{o}', which is not an origin. Write scheme, host and, where it is not the usual one, port, for example https://shop.example; ';' between two.");

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0;
}
