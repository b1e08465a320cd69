using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Core.Media;

/// <summary>Images, sounds and documents that clients upload beside their traces.</summary>
public sealed class MediaOptions
{
    public const string Section = "Media";

    /// <summary>Where the files are; relative to the working directory. Several processes on one database share it.</summary>
    [Required]
    public string Folder { get; set; } = "data/media";

    /// <summary>Largest file.</summary>
    [Range(1024, 1L << 30)]
    public long MaxBytes { get; set; } = 50 << 20;

    /// <summary>How long an address for an upload or a download is good.</summary>
    public TimeSpan AddressLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a file that was announced is waited for.</summary>
    public TimeSpan UploadWithin { get; set; } = TimeSpan.FromDays(1);

    internal static IEnumerable<string> Check(MediaOptions options)
    {
        if (options.AddressLifetime < TimeSpan.FromMinutes(1))
            yield return "Media:AddressLifetime must be a minute or more.";
        if (options.UploadWithin < options.AddressLifetime)
            yield return "Media:UploadWithin must be as long as Media:AddressLifetime or longer.";
    }
}
