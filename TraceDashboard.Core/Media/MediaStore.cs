using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Media;

/// <summary>
/// Files on disk, each once per project, and which traces they belong to. A file goes when the last of its traces is deleted.
/// </summary>
public sealed class MediaStore(TraceStore store, IOptions<MediaOptions> options, TimeProvider time) : IStartStep, IDisposable
{
    /// <summary>What an upload holds of its file at a time.</summary>
    internal const int BufferSize = 128 << 10;

    /// <summary>Announcements that are forgotten in one transaction, the rest the next time.</summary>
    private const int AnnouncedSlice = 200;

    // A file that is put in its place and one that is taken from it may be the same.
    private readonly SemaphoreSlim _files = new(1, 1);

    /// <summary>Makes sure that files can be put into the folder.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(options.Value.Folder);
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".{Guid.NewGuid():N}");
            await File.WriteAllBytesAsync(probe, [], cancellationToken);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The folder of uploaded files {folder} cannot be written: {e.Message} Set Media:Folder to one that can.", e);
        }
    }

    /// <summary>Announces a file. What is stored already stays as it is, its type too.</summary>
    /// <returns>What is known of it; null when its trace was deleted, of which nothing more is kept. Its hash is another when a different file has its id.</returns>
    public async Task<MediaFile?> ClaimAsync(int projectId, MediaClaim claim, CancellationToken cancellationToken)
    {
        var now = time.GetUnixNanos();
        var spanId = claim.SpanId ?? "";
        return await store.WriteAsync(
            async (db, ct) =>
            {
                await db.Database.ExecuteSqlAsync($"INSERT INTO trace_keys (project_id, trace_id) VALUES ({projectId}, {claim.TraceId}) ON CONFLICT DO NOTHING", ct);
                var trace = await db.TraceKeys.Where(k => k.ProjectId == projectId && k.TraceId == claim.TraceId).Select(k => new { k.TraceNo, k.DeletedAt }).SingleAsync(ct);
                if (trace.DeletedAt is not null)
                    return null;
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO media (project_id, media_id, hash, content_type, content_length, created_at)
                    VALUES ({projectId}, {claim.MediaId}, {claim.Sha256}, {claim.ContentType}, {claim.Length}, {now})
                    ON CONFLICT (project_id, media_id) DO UPDATE SET
                        hash = excluded.hash, content_type = excluded.content_type, content_length = excluded.content_length, created_at = excluded.created_at
                    WHERE media.uploaded_at IS NULL
                    """,
                    ct);
                var file = await FindAsync(db, projectId, claim.MediaId, ct);
                if (file?.Sha256 != claim.Sha256)
                    return file;
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO media_links (trace_no, span_id, field, media_id, project_id)
                    VALUES ({trace.TraceNo}, {spanId}, {claim.Field}, {claim.MediaId}, {projectId})
                    ON CONFLICT DO NOTHING
                    """,
                    ct);
                return file;
            },
            cancellationToken);
    }

    /// <summary>Stores the bytes of a file that was announced, if they are those.</summary>
    public async Task<MediaUploadOutcome> UploadAsync(int projectId, string mediaId, Stream content, CancellationToken cancellationToken)
    {
        if (await FindAsync(projectId, mediaId, cancellationToken) is not { } file)
            return MediaUploadOutcome.Unknown;
        var part = PathOf(projectId, mediaId) + "." + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        try
        {
            if (!await CopyAsync(content, part, file, cancellationToken))
                return MediaUploadOutcome.Different;
            await _files.WaitAsync(cancellationToken);
            try
            {
                // First the file, then the row that says that it is there.
                File.Move(part, PathOf(projectId, mediaId), overwrite: true);
                var now = time.GetUnixNanos();
                var known = await store.WriteAsync(
                    (db, ct) => db.Media.Where(m => m.ProjectId == projectId && m.MediaId == mediaId && m.Hash == file.Sha256).ExecuteUpdateAsync(set => set.SetProperty(m => m.UploadedAt, now), ct),
                    CancellationToken.None);
                if (known > 0)
                    return MediaUploadOutcome.Stored;
                File.Delete(PathOf(projectId, mediaId));
                return MediaUploadOutcome.Unknown;
            }
            finally
            {
                _files.Release();
            }
        }
        finally
        {
            File.Delete(part);
        }
    }

    public Task<MediaFile?> FindAsync(int projectId, string mediaId, CancellationToken cancellationToken) =>
        store.ReadToWriteAsync((db, ct) => FindAsync(db, projectId, mediaId, ct), cancellationToken);

    /// <summary>The bytes; null when they are not there, although the row may say so: a folder that was not restored.</summary>
    public FileStream? Open(int projectId, string mediaId)
    {
        try
        {
            return new FileStream(PathOf(projectId, mediaId), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Lets go of the files of traces; those that no other trace has are deleted.</summary>
    public async Task ForgetAsync(int projectId, IReadOnlyCollection<string> traceIds, CancellationToken cancellationToken)
    {
        // Most traces have none: to find that out takes no writer's turn.
        if (traceIds.Count == 0 || !await store.ReadAsync((db, ct) => LinksOf(db, projectId, traceIds).AnyAsync(ct), cancellationToken))
            return;
        await _files.WaitAsync(cancellationToken);
        try
        {
            var deleted = await store.WriteAsync(
                async (db, ct) =>
                {
                    var links = LinksOf(db, projectId, traceIds);
                    var ids = await links.Select(l => l.MediaId).Distinct().ToListAsync(ct);
                    if (ids.Count == 0)
                        return ids;
                    await links.ExecuteDeleteAsync(ct);
                    var unused = db.Media.Where(m => m.ProjectId == projectId && ids.Contains(m.MediaId)
                        && !db.MediaLinks.Any(l => l.ProjectId == projectId && l.MediaId == m.MediaId));
                    ids = await unused.Select(m => m.MediaId).ToListAsync(ct);
                    await unused.ExecuteDeleteAsync(ct);
                    return ids;
                },
                cancellationToken);
            foreach (var mediaId in deleted.Where(id => Directory.Exists(Path.GetDirectoryName(PathOf(projectId, id)))))
                File.Delete(PathOf(projectId, mediaId));
        }
        finally
        {
            _files.Release();
        }
    }

    /// <summary>Forgets the files that were announced and did not come; what did not come by now has to be announced again.</summary>
    internal Task ForgetAnnouncedAsync(int projectId, CancellationToken cancellationToken)
    {
        var before = time.GetUnixNanos() - UnixNanos.FromTimeSpan(options.Value.UploadWithin);
        return store.WriteAsync(
            async (db, ct) =>
            {
                var announced = db.Media.Where(m => m.ProjectId == projectId && m.UploadedAt == null && m.CreatedAt < before).OrderBy(m => m.CreatedAt).Take(AnnouncedSlice);
                var ids = await announced.Select(m => m.MediaId).ToListAsync(ct);
                if (ids.Count == 0)
                    return 0;
                await db.MediaLinks.Where(l => l.ProjectId == projectId && ids.Contains(l.MediaId)).ExecuteDeleteAsync(ct);
                return await db.Media.Where(m => m.ProjectId == projectId && ids.Contains(m.MediaId) && m.UploadedAt == null).ExecuteDeleteAsync(ct);
            },
            cancellationToken);
    }

    public void Dispose() => _files.Dispose();

    private static IQueryable<MediaLinkRow> LinksOf(TraceDbContext db, int projectId, IReadOnlyCollection<string> traceIds)
    {
        var traceNos = db.TraceKeys.Where(k => k.ProjectId == projectId && traceIds.Contains(k.TraceId)).Select(k => k.TraceNo);
        return db.MediaLinks.Where(l => l.ProjectId == projectId && traceNos.Contains(l.TraceNo));
    }

    private static Task<MediaFile?> FindAsync(TraceDbContext db, int projectId, string mediaId, CancellationToken cancellationToken) =>
        db.Media.AsNoTracking().Where(m => m.ProjectId == projectId && m.MediaId == mediaId)
            .Select(m => new MediaFile(m.MediaId, m.ContentType, m.ContentLength, m.Hash, m.UploadedAt == null ? null : UnixNanos.ToDateTimeOffset(m.UploadedAt.Value)))
            .FirstOrDefaultAsync(cancellationToken);

    /// <summary>Whether it came to the length and the hash that were announced. What is longer is not read to its end.</summary>
    private static async Task<bool> CopyAsync(Stream content, string path, MediaFile file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            var left = file.Length;
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0; left -= read)
            {
                if (read > left)
                    return false;
                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            target.Flush(flushToDisk: true);
            return left == 0 && Convert.ToBase64String(hash.GetHashAndReset()) == file.Sha256;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // An id is part of a hash in base64url, so it is a name that any file system takes; capitals may mean the same file on some.
    private string PathOf(int projectId, string mediaId) =>
        Path.Combine(options.Value.Folder, projectId.ToString(CultureInfo.InvariantCulture), mediaId[..2], Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(mediaId)));
}
