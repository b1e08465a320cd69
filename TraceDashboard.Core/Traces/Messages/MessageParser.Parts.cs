using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces.Messages;

public static partial class MessageParser
{
    /// <summary>Tool results hold parts themselves; deeper nesting is shown as JSON.</summary>
    private const int MaxDepth = 4;

    private static List<MessagePart> ContentOf(JsonElement content)
    {
        var parts = new List<MessagePart>();
        AddContent(content, parts, depth: 0);
        return parts;
    }

    private static void AddContent(JsonElement? content, List<MessagePart> parts, int depth)
    {
        switch (content)
        {
            case { ValueKind: JsonValueKind.String } text:
                if (text.GetString() is { Length: > 0 } value)
                    MediaTag.AddText(value, parts);
                break;
            case { ValueKind: JsonValueKind.Array } list:
                foreach (var item in list.EnumerateArray())
                    AddPart(item, parts, depth);
                break;
            case { ValueKind: JsonValueKind.Object } single:
                // Gemini's system instruction is a message without a role.
                if (Get(single, "parts") is { ValueKind: JsonValueKind.Array } inner)
                    AddContent(inner, parts, depth);
                else
                    AddPart(single, parts, depth);
                break;
            case { } other:
                parts.Add(new TextPart(other.GetRawText()));
                break;
        }
    }

    private static bool IsPart(JsonElement item) =>
        Get(item, "type") is { ValueKind: JsonValueKind.String } || TypeByKey(item) is not null;

    private static void AddPart(JsonElement part, List<MessagePart> parts, int depth, string? assumed = null)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            AddContent(part.ValueKind == JsonValueKind.Array ? null : part, parts, depth);
            return;
        }

        var type = assumed ?? Text(part, "type") ?? TypeByKey(part) ?? "";
        switch (type)
        {
            case "text" or "input_text" or "output_text" or "refusal":
                MediaTag.AddText(Text(part, "text") ?? Text(part, "content") ?? Text(part, "refusal") ?? "", parts);
                break;
            case "reasoning" or "thinking" or "redacted_thinking" or "reasoning_content":
                parts.Add(new ReasoningPart(Text(part, "content") ?? Text(part, "thinking") ?? Text(part, "text") ?? Text(part, "reasoning") ?? Summary(part)));
                break;
            case "tool_call" or "tool_use" or "tool-call" or "function_call" or "function" or "functionCall" or "toolUse" or "server_tool_use" or "server_tool_call" or "custom_tool_call" or "toolRequest":
                parts.Add(ToolCall(part, type));
                break;
            case "tool_call_response" or "tool_result" or "tool-result" or "function_call_output" or "functionResponse" or "function_response" or "toolResult" or "server_tool_call_response" or "custom_tool_call_output" or "toolResponse":
                parts.Add(ToolResult(part, type, depth));
                break;
            case "message" when Get(part, "content") is { } content && depth < MaxDepth:
                AddContent(content, parts, depth + 1);
                break;
            default:
                parts.Add((MessagePart?)Media(part, type) ?? new OtherPart(type.Length > 0 ? type : "unknown", JsonText.Write(part)));
                break;
        }
    }

    /// <summary>Gemini, Bedrock and Genkit name the kind of a part by its only key.</summary>
    private static string? TypeByKey(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var key in (ReadOnlySpan<string>)["text", "functionCall", "functionResponse", "toolUse", "toolResult", "inlineData", "inline_data", "fileData", "file_data", "reasoningContent", "toolRequest", "toolResponse", "media", "reasoning", "function", "function_call", "function_response"])
        {
            if (Get(part, key) is not null)
                return key == "reasoningContent" || (key == "text" && Get(part, "thought") is { ValueKind: JsonValueKind.True }) ? "reasoning" : key;
        }

        return null;
    }

    private static string Summary(JsonElement part)
    {
        if (Get(part, "reasoningContent") is { } nested && Get(nested, "reasoningText") is { } bedrock)
            return Text(bedrock, "text") ?? "";
        if (Get(part, "summary") is not { ValueKind: JsonValueKind.Array } summary)
            return "";
        var text = new StringBuilder();
        foreach (var item in summary.EnumerateArray())
            text.Append(text.Length > 0 ? "\n\n" : "").Append(Text(item, "text"));
        return text.ToString();
    }

    private static ToolCallPart ToolCall(JsonElement part, string type)
    {
        // The call itself lies one level deeper in OpenAI's, Gemini's and Bedrock's shape, and in the conventions' server tools.
        var inner = Object(part, "function") ?? Object(part, type);
        var call = inner ?? part;
        var arguments = Get(call, "arguments") ?? Get(call, "input") ?? Get(call, "args");
        if (arguments is null && type == "server_tool_call")
            arguments = inner;
        return new ToolCallPart(
            Text(part, "id") ?? Text(part, "call_id") ?? Text(part, "toolCallId") ?? Text(call, "toolUseId") ?? Text(call, "id") ?? Text(call, "ref"),
            Text(call, "name") ?? Text(part, "name") ?? Text(part, "toolName") ?? "",
            arguments is { } value ? Plain(value) : null);
    }

    private static ToolResultPart ToolResult(JsonElement part, string type, int depth)
    {
        var inner = Object(part, type);
        var result = inner ?? part;
        var content = Typed(Get(result, "output")) ?? Get(result, "response") ?? Get(result, "result") ?? Get(result, "output") ?? Get(result, "content") ?? inner;
        return new ToolResultPart(
            Text(part, "tool_use_id") ?? Text(part, "call_id") ?? Text(part, "toolCallId") ?? Text(result, "toolUseId") ?? Text(part, "id") ?? Text(result, "id") ?? Text(result, "ref"),
            Text(result, "name") ?? Text(part, "name") ?? Text(part, "toolName"),
            depth < MaxDepth ? Plain(content) : content?.GetRawText() ?? "",
            Get(part, "is_error") is { ValueKind: JsonValueKind.True } || Text(result, "status") == "error");
    }

    /// <summary>The Vercel AI SDK's results since version 5: <c>{type: "json", value: …}</c>.</summary>
    private static JsonElement? Typed(JsonElement? output) =>
        output is { ValueKind: JsonValueKind.Object } typed && Text(typed, "type") is not null ? Get(typed, "value") : null;

    private static bool HasToolResults(JsonElement? content)
    {
        if (content is not { ValueKind: JsonValueKind.Array } list)
            return false;
        foreach (var item in list.EnumerateArray())
        {
            if ((Text(item, "type") ?? TypeByKey(item)) is "tool_call_response" or "tool_result" or "tool-result" or "functionResponse" or "function_response" or "toolResult" or "toolResponse")
                return true;
        }

        return false;
    }

    /// <summary>Text as text, a list of text parts as their texts, everything else as indented JSON.</summary>
    private static string Plain(JsonElement? content)
    {
        switch (content)
        {
            case null:
                return "";
            case { ValueKind: JsonValueKind.String } text:
                return text.GetString()!;
            case { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0:
                var texts = new StringBuilder();
                foreach (var item in list.EnumerateArray())
                {
                    if (Text(item, "type") is not (null or "text" or "input_text" or "output_text") || (Text(item, "text") ?? Text(item, "content")) is not { } line)
                        return JsonText.Write(list);
                    texts.Append(texts.Length > 0 ? "\n" : "").Append(line);
                }

                return texts.ToString();
            case { } other:
                return JsonText.Write(other);
        }
    }

    private static MediaPart? Media(JsonElement part, string type)
    {
        switch (type)
        {
            case "image_url" or "input_image":
                var url = Text(part, "image_url") ?? (Get(part, "image_url") is { } image ? Text(image, "url") : null);
                return FromUri("image", null, url) ?? FromFile("image", part);
            case "input_audio" or "audio" when (Object(part, "input_audio") ?? Object(part, "audio")) is { } audio:
                return FromData("audio", Text(audio, "format") is { } format ? "audio/" + format : null, Text(audio, "data"));
            case "image" or "document" or "file" or "audio" or "video" when Object(part, "source") is { } source:
                return FromSource(type, source);
            case "image" when Object(part, "image") is { } nested:
                return FromUri("image", null, Text(Object(nested, "image") ?? nested, "url"));
            case "media" when Object(part, "media") is { } media:
                return FromUri(null, Text(media, "contentType"), Text(media, "url"));
            case "image" when Text(part, "image") is { } value:
                return FromUri("image", Text(part, "mediaType") ?? Text(part, "mimeType"), value) ?? new MediaPart("image", null);
            case "inlineData" or "inline_data" when Get(part, type) is { } inline:
                var mime = Text(inline, "mimeType") ?? Text(inline, "mime_type");
                return FromData(ModalityOf(mime), mime, Text(inline, "data"));
            case "fileData" or "file_data" when Get(part, type) is { } file:
                var fileMime = Text(file, "mimeType") ?? Text(file, "mime_type");
                return new MediaPart(ModalityOf(fileMime), fileMime) { Uri = Text(file, "fileUri") ?? Text(file, "file_uri") };
            case "blob" or "uri":
                return FromUri(Text(part, "modality"), Text(part, "mime_type"), Text(part, "uri"))
                    ?? FromData(Text(part, "modality") ?? ModalityOf(Text(part, "mime_type")), Text(part, "mime_type"), Text(part, "content") ?? Text(part, "data"));
            case "file" or "input_file":
                return FromFile(Text(part, "modality") ?? "document", part);
            default:
                return null;
        }
    }

    /// <summary>Data in base64, or the tag that stands for it.</summary>
    private static MediaPart FromData(string modality, string? mimeType, string? data) =>
        data is not null && MediaTag.Parse(data) is { } uploaded ? uploaded : new MediaPart(modality, mimeType) { Data = data };

    private static MediaPart FromSource(string type, JsonElement source)
    {
        var mime = Text(source, "media_type");
        return FromUri(type, mime, Text(source, "url")) ?? FromData(type, mime, Text(source, "data")) with { File = Text(source, "file_id") };
    }

    private static MediaPart FromFile(string modality, JsonElement part)
    {
        var file = Object(part, "file") ?? part;
        var mime = Text(file, "mime_type") ?? Text(file, "mediaType") ?? Text(file, "mimeType");
        var data = Text(file, "file_data") ?? Text(file, "data") ?? Text(file, "base64");
        if (data is not null && data.StartsWith("data:", StringComparison.Ordinal))
            return FromUri(modality, mime, data)!;
        return FromData(modality, mime, data) with { File = Text(file, "file_id") ?? Text(file, "filename") };
    }

    /// <summary>A data URI becomes the data that it carries.</summary>
    private static MediaPart? FromUri(string? modality, string? mimeType, string? uri)
    {
        if (uri is null)
            return null;
        if (MediaTag.Parse(uri) is { } uploaded)
            return uploaded;
        if (!uri.StartsWith("data:", StringComparison.Ordinal))
            return new MediaPart(modality ?? ModalityOf(mimeType), mimeType) { Uri = uri };
        var comma = uri.IndexOf(',');
        var header = comma < 0 ? "" : uri[5..comma];
        var mime = header.Split(';')[0] is { Length: > 0 } given ? given : mimeType;
        return new MediaPart(modality ?? ModalityOf(mime), mime) { Data = uri[(comma + 1)..] };
    }

    internal static string ModalityOf(string? mimeType) => mimeType?.Split('/')[0] switch
    {
        "image" => "image",
        "audio" => "audio",
        "video" => "video",
        _ => "document",
    };
}
