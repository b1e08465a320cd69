using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Access;

/// <summary>
/// Knows which project a key belongs to. All keys are held in memory and read again once a second at most, so that a
/// request runs no SQL and a revoked key is refused within a second.
/// </summary>
public sealed partial class ApiKeys(TraceStore store, TimeProvider time, ILogger<ApiKeys> logger)
{
    public const string SecretPrefix = "sk-";
    public const string PublicPrefix = "pk-";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Snapshot? _snapshot;
    private Task<Snapshot>? _reading;

    /// <summary>SHA-256 of the secret, as stored.</summary>
    public static byte[] Hash(string secretKey) => SHA256.HashData(Encoding.UTF8.GetBytes(secretKey));

    /// <summary>The project of a key, or null when there is no such key.</summary>
    /// <param name="publicKey">Must belong to the secret; null when only the secret was sent.</param>
    /// <exception cref="IngestionUnavailableException">The keys have not been read yet and the store does not answer.</exception>
    public async ValueTask<int?> FindProjectAsync(string? publicKey, string secretKey, CancellationToken cancellationToken)
    {
        var snapshot = await CurrentAsync(cancellationToken);
        var hash = Hash(secretKey);
        if (!snapshot.Keys.TryGetValue(LookupKey(hash), out var key) || !CryptographicOperations.FixedTimeEquals(key.SecretHash, hash))
            return null;
        if (publicKey is not null && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(publicKey), Encoding.UTF8.GetBytes(key.PublicKey)))
            return null;
        return key.ProjectId;
    }

    // How long a search by half a hash takes says nothing about the secret behind it.
    private static UInt128 LookupKey(byte[] hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);

    private async ValueTask<Snapshot> CurrentAsync(CancellationToken cancellationToken)
    {
        Task<Snapshot> reading;
        lock (_gate)
        {
            var age = _snapshot is null ? TimeSpan.MaxValue : time.GetElapsedTime(_snapshot.ReadAt);
            if (age < Lifetime / 2)
                return _snapshot!;

            // Read ahead at half the lifetime, so that under load nobody waits.
            _reading ??= ReadAsync();
            if (age < Lifetime)
                return _snapshot!;
            reading = _reading;
        }

        return await reading.WaitAsync(cancellationToken);
    }

    private async Task<Snapshot> ReadAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var readAt = time.GetTimestamp();
            var rows = await store.ReadAsync((db, ct) => db.ApiKeys.AsNoTracking().ToListAsync(ct), CancellationToken.None);
            var snapshot = new Snapshot(readAt, rows.ToFrozenDictionary(r => LookupKey(r.SecretHash)));
            lock (_gate)
                _snapshot = snapshot;
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
                _snapshot = _snapshot with { ReadAt = time.GetTimestamp() };
                return _snapshot;
            }
        }
        finally
        {
            lock (_gate)
                _reading = null;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "API keys could not be read; those known before stay valid until the store answers")]
    private partial void LogReadFailed(Exception exception);

    private sealed record Snapshot(long ReadAt, FrozenDictionary<UInt128, ApiKeyRow> Keys);
}
