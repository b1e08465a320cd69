using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Access;

public enum ApiKeyState
{
    Active,
    Expired,
    Revoked,
}

/// <summary>A key pair of a project, as its owner sees it. The secret itself is known to nobody but those it was given to.</summary>
public sealed record ApiKey
{
    /// <summary><c>pk-…</c>, unique in the whole store.</summary>
    public required string PublicKey { get; init; }

    /// <summary>What it is for, in the owner's words.</summary>
    public required string Name { get; init; }

    public required ApiKeyScopes Scopes { get; init; }

    /// <summary>The last characters of the secret; null for a pair of the configuration.</summary>
    public string? SecretEnd { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on it is refused; null when never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Up to about a minute behind; null when it was never used.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public ApiKeyState StateAt(DateTimeOffset now) =>
        RevokedAt is not null ? ApiKeyState.Revoked : ExpiresAt <= now ? ApiKeyState.Expired : ApiKeyState.Active;
}

/// <summary>A pair that was just made.</summary>
/// <param name="SecretKey"><c>sk-…</c>; it cannot be had again.</param>
public sealed record CreatedApiKey(ApiKey Key, string SecretKey);
