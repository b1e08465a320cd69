using System.Buffers;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces.Messages;

public static partial class MessageParser
{
    /// <summary>Of both alphabets, and the line breaks of mail.</summary>
    private static readonly SearchValues<char> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n");

    private static MediaPart? Media(JsonElement part, string type)
    {
        switch (type)
        {
            case "image_url" or "input_image":
                var url = Text(part, "image_url") ?? (Get(part, "image_url") is { } image ? Text(image, "url") : null);
                return url is not null ? FromText("image", null, url) : FromFile("image", part);
            case "input_audio" or "audio" when (Object(part, "input_audio") ?? Object(part, "audio")) is { } audio && Object(audio, "source") is null:
                return FromValue("audio", Text(audio, "format") is { } format ? "audio/" + format : null, Get(audio, "data"));
            case "image" or "document" or "file" or "audio" or "video" when Object(part, "source") is { } source:
                return FromSource(type, source);
            case "image" or "document" or "audio" or "video" when Object(part, type) is { } named && Object(named, "source") is { } source:
                return FromBedrock(type, named, source);
            case "image" when Object(part, "image") is { } nested && Text(Object(nested, "image") ?? nested, "url") is { } address:
                return FromText("image", null, address);
            case "media" when Object(part, "media") is { } media:
                return FromValue(null, Mime(media), Get(media, "url"));
            case "inlineData" or "inline_data" when Object(part, type) is { } inline:
                return FromValue(null, Mime(inline), Get(inline, "data"));
            case "fileData" or "file_data" when Object(part, type) is { } file:
                return new MediaPart(ModalityOf(Mime(file)), Mime(file)) { Uri = Text(file, "fileUri") ?? Text(file, "file_uri") };
            case "blob" or "uri":
                return FromValue(Text(part, "modality"), Mime(part), Get(part, "uri") ?? Get(part, "content") ?? Get(part, "data"));
            case "image" or "audio" or "video" when (Get(part, type) ?? Get(part, "data") ?? Get(part, "base64") ?? Get(part, "url")) is not null:
                return FromFile(type, part);
            case "media" or "image-data" or "image-url" or "file-data" or "file-url" when (Get(part, "data") ?? Get(part, "url")) is not null:
                return FromFile(type.StartsWith("image", StringComparison.Ordinal) ? "image" : null, part);
            case "file" or "input_file":
                return FromFile(Text(part, "modality"), part);
            default:
                return null;
        }
    }

    /// <summary>What OpenAI, the AI SDK and MCP call a file, in whichever of their fields it is.</summary>
    private static MediaPart FromFile(string? modality, JsonElement part)
    {
        var file = Object(part, "file") ?? part;
        var value = Get(file, "file_data") ?? Get(file, "data") ?? Get(file, "base64") ?? Get(file, "image") ?? Get(file, "audio") ?? Get(file, "video") ?? Get(file, "file_url") ?? Get(file, "url");
        return FromValue(modality, Mime(file), value) with { File = Text(file, "file_id") ?? Text(file, "filename") };
    }

    private static MediaPart FromSource(string type, JsonElement source) =>
        FromValue(type, Mime(source), Get(source, "url") ?? Get(source, "data")) with { File = Text(source, "file_id") };

    private static MediaPart FromBedrock(string type, JsonElement file, JsonElement source)
    {
        var mime = (type, Text(file, "format")) switch
        {
            (_, null) => null,
            ("document", "txt") => "text/plain",
            ("document", "md") => "text/markdown",
            ("document", "csv" or "html") => "text/" + Text(file, "format"),
            ("document", var format) => "application/" + format,
            (_, var format) => $"{type}/{format}",
        };
        var address = Object(source, "s3Location") is { } stored ? Get(stored, "uri") : null;
        return FromValue(type, mime, address ?? Get(source, "bytes")) with { File = Text(file, "name") };
    }

    /// <summary>A text, or bytes as JavaScript writes them.</summary>
    private static MediaPart FromValue(string? modality, string? mimeType, JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } text => FromText(modality, mimeType, text.GetString()!),
        { ValueKind: JsonValueKind.Object } bytes when JsonBytes.Read(bytes) is { } data => new MediaPart(modality ?? ModalityOf(mimeType), mimeType) { Data = Convert.ToBase64String(data) },
        _ => new MediaPart(modality ?? ModalityOf(mimeType), mimeType),
    };

    /// <summary>An address, data in base64, an address that carries its data, or the tag that stands for an uploaded file.</summary>
    private static MediaPart FromText(string? modality, string? mimeType, string text)
    {
        if (MediaTag.Parse(text) is { } uploaded)
            return uploaded;
        if (text.StartsWith("data:", StringComparison.Ordinal))
        {
            var comma = text.IndexOf(',', StringComparison.Ordinal);
            var header = comma < 0 ? "" : text[5..comma];
            var mime = header.Split(';')[0] is { Length: > 0 } given ? given : mimeType;
            return new MediaPart(modality ?? ModalityOf(mime), mime) { Data = Base64(text[(comma + 1)..]) };
        }

        var part = new MediaPart(modality ?? ModalityOf(mimeType), mimeType);
        return text.IndexOf("://", StringComparison.Ordinal) is > 0 and < 20 || Base64(text) is not { } data ? part with { Uri = text } : part with { Data = data };
    }

    /// <summary>In the alphabet that addresses of data have; null when it is no base64.</summary>
    private static string? Base64(string text) =>
        text.AsSpan().ContainsAnyExcept(s_base64) ? null : text.Replace('-', '+').Replace('_', '/');

    private static string? Mime(JsonElement file) =>
        Text(file, "mime_type") ?? Text(file, "mimeType") ?? Text(file, "media_type") ?? Text(file, "mediaType") ?? Text(file, "contentType");

    internal static string ModalityOf(string? mimeType) => mimeType?.Split('/')[0] switch
    {
        "image" => "image",
        "audio" => "audio",
        "video" => "video",
        _ => "document",
    };
}
