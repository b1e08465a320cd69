using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Projects.Privacy;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>The settings of the projects, see <see cref="StoreSnapshot{T}"/>: a change holds at once in this process, and within a second in others.</summary>
public sealed partial class ProjectSettingsStore
{
    private const int PseudonymKeyLength = 32;

    private readonly TraceStore _store;
    private readonly IContentAttributes _attributes;
    private readonly TimeProvider _time;
    private readonly ILogger<ProjectSettingsStore> _logger;
    private readonly StoreSnapshot<FrozenDictionary<int, Entry>> _entries;

    public ProjectSettingsStore(TraceStore store, IContentAttributes attributes, TimeProvider time, ILogger<ProjectSettingsStore> logger)
    {
        _attributes = attributes;
        _store = store;
        _time = time;
        _logger = logger;
        _entries = new(
            time, ReadAsync, LogReadFailed, "The project's settings are not known, because the store does not answer; nothing was stored. Send the request again.");
    }

    /// <exception cref="UnavailableException">They have not been read yet and the store does not answer.</exception>
    public async ValueTask<ProjectSettings> GetAsync(int projectId, CancellationToken cancellationToken) =>
        (await _entries.GetAsync(cancellationToken)).TryGetValue(projectId, out var entry) ? entry.Settings : ProjectSettings.Default;

    /// <summary>What is done to what the project is sent; null when it is kept as it comes.</summary>
    /// <exception cref="UnavailableException">It is not known yet and the store does not answer.</exception>
    internal async ValueTask<PrivacyPolicy?> GetPolicyAsync(int projectId, CancellationToken cancellationToken) =>
        (await _entries.GetAsync(cancellationToken)).GetValueOrDefault(projectId)?.Policy;

    /// <summary>The settings of all projects that have chosen something.</summary>
    internal async ValueTask<IReadOnlyList<(int ProjectId, ProjectSettings Settings)>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await _entries.GetAsync(cancellationToken)).Select(e => (e.Key, e.Value.Settings))];

    /// <summary>Replaces the settings of a project. They must have been checked, see <see cref="ProjectSettingsDocument.Read"/>.</summary>
    public async Task SaveAsync(int projectId, ProjectSettings settings, CancellationToken cancellationToken)
    {
        var now = _time.GetUnixNanos();
        await _store.WriteAsync(
            async (db, ct) =>
            {
                var row = await db.ProjectSettings.AsTracking().SingleOrDefaultAsync(s => s.ProjectId == projectId, ct);
                var key = row is null ? null : Read(row).PseudonymKey;
                var document = JsonSerializer.Serialize(
                    new StoredSettings(settings, key ?? RandomNumberGenerator.GetBytes(PseudonymKeyLength)), ProjectSettingsJson.Default.StoredSettings);
                if (row is null)
                    db.ProjectSettings.Add(new ProjectSettingsRow { ProjectId = projectId, Document = document, UpdatedAt = now });
                else
                    (row.Document, row.UpdatedAt) = (document, now);
                return await db.SaveChangesAsync(ct);
            },
            cancellationToken);
        _entries.Forget();
    }

    // Expressions are compiled again only where something has changed.
    private async Task<FrozenDictionary<int, Entry>> ReadAsync(FrozenDictionary<int, Entry>? before)
    {
        var rows = await _store.ReadToWriteAsync((db, ct) => db.ProjectSettings.AsNoTracking().ToListAsync(ct), CancellationToken.None);
        return rows.ToFrozenDictionary(
            r => r.ProjectId,
            r => before is not null && before.TryGetValue(r.ProjectId, out var known) && known.Document == r.Document ? known : Compile(r));
    }

    private Entry Compile(ProjectSettingsRow row)
    {
        var (settings, key) = Read(row);
        return new Entry(row.Document, settings, PrivacyPolicy.Of(settings, key, _attributes));
    }

    private static StoredSettings Read(ProjectSettingsRow row) => JsonSerializer.Deserialize(row.Document, ProjectSettingsJson.Default.StoredSettings)!;

    [LoggerMessage(1, LogLevel.Warning, "The settings of the projects could not be read; those known before stay valid until the store answers")]
    private partial void LogReadFailed(Exception exception);

    private sealed record Entry(string Document, ProjectSettings Settings, PrivacyPolicy? Policy);
}

/// <param name="PseudonymKey">Made once for a project, so that one user stays one user.</param>
internal sealed record StoredSettings(ProjectSettings Settings, byte[] PseudonymKey);
