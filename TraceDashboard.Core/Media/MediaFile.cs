namespace TraceDashboard.Core.Media;

/// <summary>What a client wants to upload, and where it belongs.</summary>
/// <param name="Sha256">Base64 of the hash, 44 characters.</param>
/// <param name="SpanId">Null when it belongs to the trace itself.</param>
/// <param name="Field"><c>input</c>, <c>output</c> or <c>metadata</c>.</param>
public sealed record MediaClaim(string TraceId, string? SpanId, string Field, string ContentType, long Length, string Sha256)
{
    /// <summary>The id that Langfuse's SDKs work out by themselves: 22 characters of the hash, as base64url.</summary>
    public string MediaId => Sha256.Replace('+', '-').Replace('/', '_')[..22];
}

/// <summary>A file that clients may upload, or have.</summary>
/// <param name="Sha256">Base64 of the hash.</param>
/// <param name="UploadedAt">Null as long as it is only announced.</param>
public sealed record MediaFile(string MediaId, string ContentType, long Length, string Sha256, DateTimeOffset? UploadedAt);

public enum MediaUploadOutcome
{
    Stored,

    /// <summary>Nobody announced it, or its traces were deleted meanwhile.</summary>
    Unknown,

    /// <summary>Its length or hash is not what was announced.</summary>
    Different,
}
