using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>Knows the keys that callers send, see <see cref="StoreSnapshot{T}"/>: what was revoked is refused within a second.</summary>
public sealed partial class ApiKeys
{
    public const string SecretPrefix = "sk-";
    public const string PublicPrefix = "pk-";

    private const string Unknown = "The API key is not known.";

    private readonly TraceStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeys> _logger;
    private readonly StoreSnapshot<Known> _keys;

    public ApiKeys(TraceStore store, TimeProvider time, ILogger<ApiKeys> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        _keys = new(time, _ => ReadAsync(), LogReadFailed, "API keys cannot be checked, because the store does not answer. Send the request again.");
    }

    /// <summary>SHA-256 of the secret, as stored.</summary>
    public static byte[] Hash(string secretKey) => SHA256.HashData(Encoding.UTF8.GetBytes(secretKey));

    /// <summary>The key that a caller sent, or why it is refused.</summary>
    /// <param name="publicKey">Must belong to the secret; null when only the secret was sent.</param>
    /// <exception cref="UnavailableException">The keys have not been read yet and the store does not answer.</exception>
    internal async ValueTask<(ApiKeyRow? Key, string? Refusal)> FindAsync(string? publicKey, string secretKey, CancellationToken cancellationToken)
    {
        var keys = await _keys.GetAsync(cancellationToken);
        var hash = Hash(secretKey);
        if (!keys.BySecret.TryGetValue(LookupKey(hash), out var key) || !CryptographicOperations.FixedTimeEquals(key.SecretHash, hash))
            return (null, Unknown);
        if (publicKey is not null && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(publicKey), Encoding.UTF8.GetBytes(key.PublicKey)))
            return (null, Unknown);
        return Valid(key);
    }

    /// <summary>The key pair of a public key, or why it is refused. Whoever sends it alone has shown nothing: pages send it, and who looks at them can read it.</summary>
    /// <exception cref="UnavailableException">The keys have not been read yet and the store does not answer.</exception>
    internal async ValueTask<(ApiKeyRow? Key, string? Refusal)> FindPublicAsync(string publicKey, CancellationToken cancellationToken) =>
        (await _keys.GetAsync(cancellationToken)).ByPublicKey.TryGetValue(publicKey, out var key) ? Valid(key) : (null, Unknown);

    /// <summary>Has the keys read again before the next is looked for: one was added or revoked.</summary>
    internal void Forget() => _keys.Forget();

    private (ApiKeyRow? Key, string? Refusal) Valid(ApiKeyRow key)
    {
        if (key.RevokedAt is not null)
            return (null, "The API key has been revoked.");
        return key.ExpiresAt <= _time.GetUnixNanos() ? (null, "The API key has expired.") : (key, null);
    }

    // How long a search by half a hash takes says nothing about the secret behind it.
    private static UInt128 LookupKey(byte[] hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);

    private async Task<Known> ReadAsync()
    {
        var rows = await _store.ReadToWriteAsync((db, ct) => db.ApiKeys.AsNoTracking().ToListAsync(ct), CancellationToken.None);
        return new Known(rows.ToFrozenDictionary(r => LookupKey(r.SecretHash)), rows.ToFrozenDictionary(r => r.PublicKey, StringComparer.Ordinal));
    }

    [LoggerMessage(1, LogLevel.Warning, "API keys could not be read; those known before stay valid until the store answers")]
    private partial void LogReadFailed(Exception exception);

    private sealed record Known(FrozenDictionary<UInt128, ApiKeyRow> BySecret, FrozenDictionary<string, ApiKeyRow> ByPublicKey);
}
