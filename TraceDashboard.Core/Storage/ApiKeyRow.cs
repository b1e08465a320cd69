namespace TraceDashboard.Core.Storage;

/// <summary>A key pair of a project. The secret is stored as a hash only.</summary>
public sealed class ApiKeyRow
{
    public int Id { get; set; }

    public int ProjectId { get; set; }

    public required string PublicKey { get; set; }

    /// <summary>SHA-256 of the secret key.</summary>
    public required byte[] SecretHash { get; set; }

    /// <summary>The secret key's last characters, for those who hold it to tell it from others; null for a pair of the configuration, which may be short.</summary>
    public string? SecretEnd { get; set; }

    /// <summary>What it is for.</summary>
    public string Name { get; set; } = "";

    /// <summary><see cref="Projects.ApiKeyScopes"/>.</summary>
    public short Scopes { get; set; } = (short)Projects.ApiKeyScopes.All;

    public long CreatedAt { get; set; }

    public long? ExpiresAt { get; set; }

    public long? LastUsedAt { get; set; }

    public long? RevokedAt { get; set; }
}
