using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace TraceDashboard.Core.Media;

/// <summary>
/// Addresses of files that need no key, because uploads and images of a page cannot send one: each is signed, for one file
/// and one purpose, and good for a while.
/// </summary>
public sealed class MediaAddresses(IDataProtectionProvider protection, IOptions<MediaOptions> options, TimeProvider time)
{
    private readonly IDataProtector _uploads = protection.CreateProtector("TraceDashboard.Media", "upload");
    private readonly IDataProtector _downloads = protection.CreateProtector("TraceDashboard.Media", "download");

    /// <summary>A path to <c>PUT</c> the file to.</summary>
    public string Upload(int projectId, string mediaId) => Sign(_uploads, projectId, mediaId).Path;

    /// <summary>A path to <c>GET</c> the file from.</summary>
    public (string Path, DateTimeOffset Expires) Download(int projectId, string mediaId) => Sign(_downloads, projectId, mediaId);

    /// <returns>The project that the address was made for; null when it was not made here, is for another file, or too old.</returns>
    public int? ReadUpload(string mediaId, string? token) => Read(_uploads, mediaId, token);

    /// <inheritdoc cref="ReadUpload" />
    public int? ReadDownload(string mediaId, string? token) => Read(_downloads, mediaId, token);

    private (string Path, DateTimeOffset Expires) Sign(IDataProtector protector, int projectId, string mediaId)
    {
        var expires = time.GetUtcNow() + options.Value.AddressLifetime;
        var token = protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{projectId}/{mediaId}/{expires.ToUnixTimeSeconds()}"));
        return ($"/api/public/media/{mediaId}/content?token={token}", expires);
    }

    private int? Read(IDataProtector protector, string mediaId, string? token)
    {
        try
        {
            return protector.Unprotect(token ?? "").Split('/') is [var project, var id, var expires]
                && id == mediaId && long.Parse(expires, CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds()
                    ? int.Parse(project, CultureInfo.InvariantCulture)
                    : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
