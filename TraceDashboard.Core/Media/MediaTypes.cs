namespace TraceDashboard.Core.Media;

/// <summary>Content types that are taken: those of Langfuse's API.</summary>
internal static class MediaTypes
{
    private static readonly HashSet<string> s_accepted = new(StringComparer.OrdinalIgnoreCase)
    {
        "image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif", "image/svg+xml", "image/tiff", "image/bmp", "image/avif", "image/heic",
        "audio/mpeg", "audio/mp3", "audio/wav", "audio/ogg", "audio/oga", "audio/aac", "audio/mp4", "audio/flac", "audio/opus", "audio/webm",
        "video/mp4", "video/webm", "video/ogg", "video/mpeg", "video/quicktime", "video/x-msvideo", "video/x-matroska",
        "text/plain", "text/html", "text/css", "text/csv", "text/markdown", "text/x-python", "application/javascript", "text/x-typescript", "application/x-yaml",
        "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/rtf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/zip", "application/gzip", "application/x-tar", "application/x-7z-compressed",
        "application/json", "application/xml", "application/octet-stream", "application/vnd.apache.parquet",
    };

    // Browsers draw these without running anything that they hold.
    private static readonly HashSet<string> s_shown = new(StringComparer.OrdinalIgnoreCase)
    {
        "image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif", "image/bmp", "image/avif",
        "audio/mpeg", "audio/mp3", "audio/wav", "audio/ogg", "audio/oga", "audio/aac", "audio/mp4", "audio/flac", "audio/opus", "audio/webm",
        "video/mp4", "video/webm", "video/ogg",
    };

    public static bool IsAccepted(string contentType) => s_accepted.Contains(contentType);

    /// <summary>Whether a browser may show it in its place; others it only saves.</summary>
    public static bool IsShown(string contentType) => s_shown.Contains(contentType);
}
