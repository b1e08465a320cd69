namespace TraceDashboard.Core.Access;

/// <summary>What the first start creates. Later starts change nothing that is there.</summary>
public sealed class BootstrapOptions
{
    public const string Section = "Bootstrap";

    /// <summary>Name of the first project.</summary>
    public string ProjectName { get; set; } = "Default";

    /// <summary>Public key of the first project, <c>pk-…</c>.</summary>
    public string? PublicKey { get; set; }

    /// <summary>Secret key of the first project, <c>sk-…</c>.</summary>
    public string? SecretKey { get; set; }

    /// <summary>For the accounts of a later release.</summary>
    public string? AdminEmail { get; set; }

    /// <summary>For the accounts of a later release.</summary>
    public string? AdminPassword { get; set; }

    internal static IEnumerable<string> Check(BootstrapOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ProjectName) || options.ProjectName.Length > 200)
            yield return "Bootstrap:ProjectName must have between 1 and 200 characters.";
        if (string.IsNullOrEmpty(options.PublicKey) != string.IsNullOrEmpty(options.SecretKey))
            yield return "Bootstrap:PublicKey and Bootstrap:SecretKey belong together; set both or none.";
        if (options.PublicKey is { Length: > 0 } publicKey && (!publicKey.StartsWith(ApiKeys.PublicPrefix, StringComparison.Ordinal) || !IsToken(publicKey)))
            yield return $"Bootstrap:PublicKey must be '{ApiKeys.PublicPrefix}' and 1 to 197 letters, digits, '-', '_' or '.'.";
        if (options.SecretKey is { Length: > 0 } secretKey && (!secretKey.StartsWith(ApiKeys.SecretPrefix, StringComparison.Ordinal) || !IsToken(secretKey)))
            yield return $"Bootstrap:SecretKey must be '{ApiKeys.SecretPrefix}' and 1 to 197 letters, digits, '-', '_' or '.'.";
    }

    /// <summary>What can be written in every form of the header without quoting.</summary>
    private static bool IsToken(string key) =>
        key.Length is > 3 and <= 200 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
