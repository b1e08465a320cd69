using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>A key pair without its secret.</summary>
public record ApiKeyResponse
{
    [Description("The public half, and the key's name in this API.")]
    public required string PublicKey { get; init; }

    [Description("What the key is for.")]
    public required string Name { get; init; }

    [Description("ingest, read, or both.")]
    public required IReadOnlyList<string> Scopes { get; init; }

    [Description("active, expired or revoked."), AllowedValues("active", "expired", "revoked")]
    public required string State { get; init; }

    [Description("The last characters of the secret; null for a pair of the configuration.")]
    public required string? SecretEnd { get; init; }

    [DataType(DataType.DateTime)]
    public required string CreatedAt { get; init; }

    [Description("Null for never."), DataType(DataType.DateTime)]
    public required string? ExpiresAt { get; init; }

    [Description("Up to about a minute behind; null when it was never used."), DataType(DataType.DateTime)]
    public required string? LastUsedAt { get; init; }

    [Description("Null when it was not revoked."), DataType(DataType.DateTime)]
    public required string? RevokedAt { get; init; }

    internal static ApiKeyResponse Of(ApiKey key, DateTimeOffset now) => new()
    {
        PublicKey = key.PublicKey,
        Name = key.Name,
        Scopes = ApiKeyScopeWords.Of(key.Scopes),
        State = key.StateAt(now).ToString().ToLowerInvariant(),
        SecretEnd = key.SecretEnd,
        CreatedAt = Iso8601.Format(key.CreatedAt),
        ExpiresAt = Iso8601.Format(key.ExpiresAt),
        LastUsedAt = Iso8601.Format(key.LastUsedAt),
        RevokedAt = Iso8601.Format(key.RevokedAt),
    };

    private static string? Text(DateTimeOffset? time) => time is { } value ? Iso8601.Format(UnixNanos.FromDateTimeOffset(value)) : null;
}
