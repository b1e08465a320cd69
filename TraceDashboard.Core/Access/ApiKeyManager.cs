using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>Creates, lists and revokes the key pairs of a project.</summary>
public sealed class ApiKeyManager(TraceStore store, ApiKeys keys, TimeProvider time)
{
    public const int MaxNameLength = 200;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int PublicLength = 20;
    private const int SecretLength = 40; // 238 bits: too many to guess, so that a fast hash of it is safe
    private const int SecretEndLength = 4;

    /// <summary>All of them, newest first; those revoked and expired too.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            (db, ct) => db.ApiKeys.AsNoTracking().Where(k => k.ProjectId == projectId).OrderByDescending(k => k.Id).ToListAsync(ct),
            cancellationToken);
        return [.. rows.Select(ToApiKey)];
    }

    /// <summary>Makes a pair that is known at once in this process, and within a second in others.</summary>
    /// <param name="name">1 to <see cref="MaxNameLength"/> characters.</param>
    /// <param name="scopes">At least one.</param>
    /// <param name="expiresAt">In the future, or null for never.</param>
    public async Task<CreatedApiKey> CreateAsync(int projectId, string name, ApiKeyScopes scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength);
        if (scopes is ApiKeyScopes.None || (scopes & ~ApiKeyScopes.All) != 0)
            throw new ArgumentOutOfRangeException(nameof(scopes), scopes, "A key has at least one scope.");

        var secret = ApiKeys.SecretPrefix + RandomNumberGenerator.GetString(Alphabet, SecretLength);
        var row = new ApiKeyRow
        {
            ProjectId = projectId,
            PublicKey = ApiKeys.PublicPrefix + RandomNumberGenerator.GetString(Alphabet, PublicLength),
            SecretHash = ApiKeys.Hash(secret),
            SecretEnd = secret[^SecretEndLength..],
            Name = name,
            Scopes = (short)scopes,
            CreatedAt = time.GetUnixNanos(),
            ExpiresAt = UnixNanos.FromDateTimeOffset(expiresAt),
        };
        await store.WriteAsync(
            (db, ct) =>
            {
                db.ApiKeys.Add(row);
                return db.SaveChangesAsync(ct);
            },
            cancellationToken);
        keys.Forget();
        return new CreatedApiKey(ToApiKey(row), secret);
    }

    /// <summary>
    /// Ends a pair for good: it is refused at once in this process, and within a second in others. Revoking it again changes nothing.
    /// </summary>
    /// <returns>Whether the project has such a pair.</returns>
    public async Task<bool> RevokeAsync(int projectId, string publicKey, CancellationToken cancellationToken)
    {
        var now = time.GetUnixNanos();
        var found = await store.WriteAsync(
            (db, ct) => db.ApiKeys.Where(k => k.ProjectId == projectId && k.PublicKey == publicKey)
                .ExecuteUpdateAsync(set => set.SetProperty(k => k.RevokedAt, k => k.RevokedAt ?? now), ct),
            cancellationToken);
        if (found > 0)
            keys.Forget();
        return found > 0;
    }

    private static ApiKey ToApiKey(ApiKeyRow row) => new()
    {
        PublicKey = row.PublicKey,
        Name = row.Name,
        Scopes = (ApiKeyScopes)row.Scopes,
        SecretEnd = row.SecretEnd,
        CreatedAt = UnixNanos.ToDateTimeOffset(row.CreatedAt),
        ExpiresAt = UnixNanos.ToDateTimeOffset(row.ExpiresAt),
        LastUsedAt = UnixNanos.ToDateTimeOffset(row.LastUsedAt),
        RevokedAt = UnixNanos.ToDateTimeOffset(row.RevokedAt),
    };
}
