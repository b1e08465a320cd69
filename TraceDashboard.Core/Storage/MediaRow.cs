namespace TraceDashboard.Core.Storage;

/// <summary>A file that a client announced, and perhaps uploaded. Its bytes are on disk, see <c>MediaStore</c>.</summary>
public sealed class MediaRow
{
    public int ProjectId { get; set; }

    public required string MediaId { get; set; }

    /// <summary>SHA-256 in base64.</summary>
    public required string Hash { get; set; }

    public required string ContentType { get; set; }

    public long ContentLength { get; set; }

    public long CreatedAt { get; set; }

    /// <summary>Null as long as it is only announced.</summary>
    public long? UploadedAt { get; set; }
}
