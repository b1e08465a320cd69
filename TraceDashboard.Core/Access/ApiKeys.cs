using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Access;

/// <summary>
/// Knows the keys that callers send. All are held in memory and read again once a second at most, so that a request runs no
/// SQL, and what another process has revoked is refused within a second; what this one has, at once.
/// </summary>
public sealed partial class ApiKeys(TraceStore store, TimeProvider time, ILogger<ApiKeys> logger)
{
    public const string SecretPrefix = "sk-";
    public const string PublicPrefix = "pk-";

    private const string Unknown = "The API key is not known.";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Snapshot? _snapshot;
    private Task<Snapshot>? _reading;
    private int _forgotten;

    /// <summary>SHA-256 of the secret, as stored.</summary>
    public static byte[] Hash(string secretKey) => SHA256.HashData(Encoding.UTF8.GetBytes(secretKey));

    /// <summary>The key that a caller sent, or why it is refused.</summary>
    /// <param name="publicKey">Must belong to the secret; null when only the secret was sent.</param>
    /// <exception cref="IngestionUnavailableException">The keys have not been read yet and the store does not answer.</exception>
    internal async ValueTask<(ApiKeyRow? Key, string? Refusal)> FindAsync(string? publicKey, string secretKey, CancellationToken cancellationToken)
    {
        var snapshot = await CurrentAsync(cancellationToken);
        var hash = Hash(secretKey);
        if (!snapshot.Keys.TryGetValue(LookupKey(hash), out var key) || !CryptographicOperations.FixedTimeEquals(key.SecretHash, hash))
            return (null, Unknown);
        if (publicKey is not null && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(publicKey), Encoding.UTF8.GetBytes(key.PublicKey)))
            return (null, Unknown);
        if (key.RevokedAt is not null)
            return (null, "The API key has been revoked.");
        return key.ExpiresAt <= time.GetUnixNanos() ? (null, "The API key has expired.") : (key, null);
    }

    /// <summary>Has the keys read again before the next is looked for: one was added or revoked.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            _forgotten++;
            _reading = null;
            _snapshot = _snapshot is { } known ? known with { IsCurrent = false } : null;
        }
    }

    // How long a search by half a hash takes says nothing about the secret behind it.
    private static UInt128 LookupKey(byte[] hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);

    private async ValueTask<Snapshot> CurrentAsync(CancellationToken cancellationToken)
    {
        Task<Snapshot> reading;
        lock (_gate)
        {
            var age = _snapshot is not { IsCurrent: true } ? TimeSpan.MaxValue : time.GetElapsedTime(_snapshot.ReadAt);
            if (age < Lifetime / 2)
                return _snapshot!;

            // Read ahead at half the lifetime, so that under load nobody waits.
            _reading ??= ReadAsync(_forgotten);
            if (age < Lifetime)
                return _snapshot!;
            reading = _reading;
        }

        return await reading.WaitAsync(cancellationToken);
    }

    /// <param name="forgotten">Of the moment that the reading began: when it is another at the end, what was read may be old.</param>
    private async Task<Snapshot> ReadAsync(int forgotten)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var readAt = time.GetTimestamp();
            var rows = await store.ReadAsync((db, ct) => db.ApiKeys.AsNoTracking().ToListAsync(ct), CancellationToken.None);
            var snapshot = new Snapshot(readAt, IsCurrent: true, rows.ToFrozenDictionary(r => LookupKey(r.SecretHash)));
            lock (_gate)
            {
                if (forgotten == _forgotten)
                    _snapshot = snapshot;
            }

            return snapshot;
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
        {
            // Nothing can be stored now either; what is known stands until the store is back.
            LogReadFailed(e);
            lock (_gate)
            {
                if (_snapshot is null)
                    throw new IngestionUnavailableException("API keys cannot be checked, because the store does not answer. Send the request again.", Lifetime, e);
                _snapshot = _snapshot with { ReadAt = time.GetTimestamp(), IsCurrent = true };
                return _snapshot;
            }
        }
        finally
        {
            lock (_gate)
            {
                if (forgotten == _forgotten)
                    _reading = null;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "API keys could not be read; those known before stay valid until the store answers")]
    private partial void LogReadFailed(Exception exception);

    private sealed record Snapshot(long ReadAt, bool IsCurrent, FrozenDictionary<UInt128, ApiKeyRow> Keys);
}
