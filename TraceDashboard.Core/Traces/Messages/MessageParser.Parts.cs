using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces.Messages;

public static partial class MessageParser
{
    /// <summary>Messages hold messages; deeper nesting is shown as JSON.</summary>
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

    private static bool IsPart(JsonElement item) => TypeOf(item) is not null;

    private static string? TypeOf(JsonElement part) => Text(part, "type") ?? TypeByKey(part);

    private static void AddPart(JsonElement part, List<MessagePart> parts, int depth, string? assumed = null)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            AddContent(part.ValueKind == JsonValueKind.Array ? null : part, parts, depth);
            return;
        }

        var type = assumed ?? TypeOf(part) ?? "";
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
                parts.Add(ToolResult(part, type));
                break;
            case "message" when Get(part, "content") is { } content && depth < MaxDepth:
                AddContent(content, parts, depth + 1);
                break;
            default:
                parts.Add((MessagePart?)Media(part, type) ?? new OtherPart(type.Length > 0 ? type : "unknown", JsonText.Write(part)));
                break;
        }
    }

    /// <summary>Gemini, Bedrock, Genkit and OpenInference name the kind of a part by its only key.</summary>
    private static string? TypeByKey(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var key in (ReadOnlySpan<string>)["text", "functionCall", "functionResponse", "toolUse", "toolResult", "inlineData", "inline_data", "fileData", "file_data", "reasoningContent", "toolRequest", "toolResponse", "media", "reasoning", "function", "function_call", "function_response", "tool_call", "tool_result", "cachePoint"])
        {
            if (Get(part, key) is not null)
                return key == "reasoningContent" || (key == "text" && Get(part, "thought") is { ValueKind: JsonValueKind.True }) ? "reasoning" : key;
        }

        // Words that any object can have: only with a source do they name a file.
        foreach (var key in (ReadOnlySpan<string>)["image", "document", "video", "audio"])
        {
            if (Object(part, key) is { } file && Object(file, "source") is not null)
                return key;
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
        // The call itself lies one level deeper in OpenAI's, Gemini's and Bedrock's shape, and in the conventions' server tools; two in OpenInference's.
        var inner = Object(part, type);
        var outer = inner ?? part;
        var call = Object(outer, "function") ?? outer;
        var arguments = Get(call, "arguments") ?? Get(call, "input") ?? Get(call, "args");
        if (arguments is null && type == "server_tool_call")
            arguments = inner;
        return new ToolCallPart(
            // Items of the responses API have an id of their own beside that of the call.
            Text(part, "call_id") ?? Text(part, "id") ?? Text(part, "toolCallId") ?? Text(call, "toolUseId") ?? Text(outer, "id") ?? Text(call, "id") ?? Text(call, "ref"),
            Text(call, "name") ?? Text(part, "name") ?? Text(part, "toolName") ?? "",
            arguments is { } value ? Plain(value) : null);
    }

    private static ToolResultPart ToolResult(JsonElement part, string type)
    {
        var inner = Object(part, type);
        var result = inner ?? part;
        var content = Typed(Get(result, "output")) ?? Get(result, "response") ?? Get(result, "result") ?? Get(result, "output") ?? Get(result, "content") ?? Get(result, "text") ?? inner;
        return ToolResult(
            Text(result, "tool_use_id") ?? Text(result, "tool_call_id") ?? Text(part, "call_id") ?? Text(part, "toolCallId") ?? Text(result, "toolUseId") ?? Text(part, "id") ?? Text(result, "id") ?? Text(result, "ref"),
            Text(result, "name") ?? Text(part, "name") ?? Text(part, "toolName"),
            content,
            Get(result, "is_error") is { ValueKind: JsonValueKind.True } || Text(result, "status") == "error");
    }

    /// <summary>Text parts as their texts and files as files; with anything else between them all of it is indented JSON.</summary>
    private static ToolResultPart ToolResult(string? callId, string? name, JsonElement? content, bool isError)
    {
        if (content is not { ValueKind: JsonValueKind.Array } list)
            return new ToolResultPart(callId, name, Plain(content), isError);
        var texts = new StringBuilder();
        List<MediaPart>? files = null;
        foreach (var item in list.EnumerateArray())
        {
            var type = TypeOf(item);
            if (type is null or "text" or "input_text" or "output_text" && TextOf(item) is { } text)
                texts.Append(texts.Length > 0 ? "\n" : "").Append(text);
            else if (type is not null && Media(item, type) is { } file)
                (files ??= []).Add(file);
            else
                return new ToolResultPart(callId, name, JsonText.Write(list), isError);
        }

        return texts.Length == 0 && files is null
            ? new ToolResultPart(callId, name, JsonText.Write(list), isError)
            : new ToolResultPart(callId, name, texts.ToString(), isError) { Files = (IReadOnlyList<MediaPart>?)files ?? [] };

        // Bedrock has JSON beside texts.
        static string? TextOf(JsonElement item) => Text(item, "text") ?? Text(item, "content") ?? (Get(item, "json") is { } json ? JsonText.Write(json) : null);
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
            if (TypeOf(item) is "tool_call_response" or "tool_result" or "tool-result" or "functionResponse" or "function_response" or "toolResult" or "toolResponse")
                return true;
        }

        return false;
    }

    /// <summary>Text as text, everything else as indented JSON.</summary>
    private static string Plain(JsonElement? content) => content switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } other => JsonText.Write(other),
    };
}
