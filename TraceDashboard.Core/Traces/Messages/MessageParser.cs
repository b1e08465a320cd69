using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces.Messages;

/// <summary>
/// Turns the input or output of a span into messages: the shapes of OpenAI (chat and responses), Anthropic, Gemini and ADK, Bedrock,
/// LangChain, the Vercel AI SDK, Genkit, OpenInference, Langfuse, Logfire and the OpenTelemetry GenAI conventions, whole requests and replies as well as their parts. Content is whatever a client sent, so nothing
/// here throws, recursion is bounded, and what is not understood is handed on as it is.
/// </summary>
public static partial class MessageParser
{
    /// <summary>Of longer conversations the last ones are read.</summary>
    public const int MaxMessages = 1_000;

    /// <param name="content">JSON or plain text.</param>
    /// <param name="role">Whose words they are when the content does not say: <c>user</c> for input, <c>assistant</c> for output.</param>
    public static MessageContent Parse(string? content, string role)
    {
        using var document = JsonText.TryParse(content, out var truncated);
        if (document is null)
            return new MessageContent();

        var messages = new List<Message>();
        if (!Conversation(document.RootElement, role, messages, truncated) || messages.Count == 0)
            return new MessageContent { Truncated = truncated };
        var omitted = Math.Max(0, messages.Count - MaxMessages);
        return new MessageContent { Messages = messages[omitted..], Truncated = truncated, Omitted = omitted };
    }

    private static bool Conversation(JsonElement root, string role, List<Message> messages, bool truncated) => root.ValueKind switch
    {
        JsonValueKind.Array => List(root, role, messages, truncated),
        JsonValueKind.Object => Envelope(root, role, messages, truncated) || Single(root, role, messages),
        _ => false,
    };

    /// <summary>A list of messages, of parts, or (LangChain) of such lists.</summary>
    private static bool List(JsonElement list, string role, List<Message> messages, bool truncated)
    {
        if (list.GetArrayLength() == 1 && list[0].ValueKind == JsonValueKind.Array)
            list = list[0];
        var before = messages.Count;
        var loose = new List<MessagePart>();
        var left = list.GetArrayLength();
        foreach (var item in list.EnumerateArray())
        {
            left--;
            if (item.ValueKind == JsonValueKind.Object && IsMessage(item))
            {
                Flush();
                messages.Add(ReadMessage(item, role));
            }
            else if (item.ValueKind == JsonValueKind.Object && IsPart(item))
                AddPart(item, loose, depth: 0);
            else if (left > 0 || !truncated)
            {
                messages.RemoveRange(before, messages.Count - before);
                return false;
            }
        }

        Flush();
        return true;

        // Items of the responses API and bare parts have no message around them.
        void Flush()
        {
            if (loose.Count > 0)
                messages.Add(new Message(loose.TrueForAll(p => p is ToolResultPart) ? "tool" : loose.Exists(p => p is ToolCallPart or ReasoningPart) ? "assistant" : role, [.. loose]));
            loose.Clear();
        }
    }

    /// <summary>A whole request or reply.</summary>
    private static bool Envelope(JsonElement root, string role, List<Message> messages, bool truncated)
    {
        if (Get(root, "choices") is { ValueKind: JsonValueKind.Array } choices)
            return Choices(choices, messages);
        if (Get(root, "candidates") is { ValueKind: JsonValueKind.Array } candidates)
            return Candidates(candidates, messages);
        if (Get(root, "generations") is { ValueKind: JsonValueKind.Array } generations)
            return Generations(generations, messages);

        if (role == "assistant" && Text(root, "text") is { } text && (Get(root, "toolCalls") ?? Get(root, "files")) is { ValueKind: JsonValueKind.Array })
            return Result(root, text, messages);

        // Gemini's reply in ADK, Genkit's and Logfire's: one message beside other facts of the call.
        if ((Object(root, "message") ?? (Object(root, "content") is { } content && Get(content, "parts") is not null ? content : null)) is { } reply
            && (Get(reply, "content") ?? Get(reply, "parts") ?? Get(reply, "tool_calls")) is not null)
        {
            var message = ReadMessage(reply, role);
            messages.Add(message with { FinishReason = message.FinishReason ?? Text(root, "finishReason") ?? Text(root, "finish_reason") });
            return true;
        }

        // Bedrock's reply to Converse.
        if (Object(root, "output") is { } output && Object(output, "message") is { } answer)
        {
            messages.Add(ReadMessage(answer, "assistant") with { FinishReason = Text(root, "stopReason") });
            return true;
        }

        var system = Get(root, "system") ?? Get(root, "instructions") ?? Get(root, "systemInstruction") ?? Get(root, "system_instruction") ?? Get(root, "system_instructions")
            ?? (Object(root, "config") is { } config ? Get(config, "system_instruction") ?? Get(config, "systemInstruction") : null);
        var turns = Get(root, "messages") ?? Get(root, "contents") ?? Get(root, "input_messages") ?? Get(root, "output_messages");
        if (turns is null && (Text(root, "object") == "response" || Text(root, "model") is not null))
            turns = Get(root, "output") ?? Get(root, "input");
        // The AI SDK's calls; in others a prompt alone is a variable like any other.
        if (turns is not { ValueKind: JsonValueKind.Array } && Get(root, "prompt") is { } prompt && (system is not null || prompt.ValueKind == JsonValueKind.Array))
            turns = prompt;
        if (turns is not { } body)
            return false;
        if (system is { } instructions && ContentOf(instructions) is { Count: > 0 } parts)
            messages.Add(new Message("system", parts));
        if (body.ValueKind == JsonValueKind.Array)
            return List(body, role, messages, truncated);
        if (body.ValueKind != JsonValueKind.String)
            return false;
        messages.Add(new Message(role, [new TextPart(body.GetString()!)]));
        return true;
    }

    private static bool Single(JsonElement root, string role, List<Message> messages)
    {
        if (!IsMessage(root))
            return false;
        messages.Add(ReadMessage(root, role));
        return true;
    }

    private static bool Choices(JsonElement choices, List<Message> messages)
    {
        foreach (var choice in choices.EnumerateArray())
        {
            if (choice.ValueKind != JsonValueKind.Object)
                return false;
            var reason = Text(choice, "finish_reason");
            if ((Object(choice, "message") ?? Object(choice, "delta")) is { } message)
                messages.Add(ReadMessage(message, "assistant") with { FinishReason = reason });
            else if (Text(choice, "text") is { } text)
                messages.Add(new Message("assistant", [new TextPart(text)]) { FinishReason = reason });
            else if (Get(choice, "message") is { } content)
                AddStrands(choice, content, reason, messages);
        }

        return true;
    }

    /// <summary>Strands' choices are the content itself: of an answer, with what its tools gave back, or with the id of the call that a tool answers.</summary>
    private static void AddStrands(JsonElement choice, JsonElement content, string? reason, List<Message> messages)
    {
        if (Text(choice, "id") is { } callId)
            messages.Add(new Message("tool", [ToolResult(callId, null, content, isError: false)]));
        else
            messages.Add(new Message("assistant", ContentOf(content)) { FinishReason = reason });
        if (Get(choice, "tool.result") is { } results)
            messages.Add(new Message("tool", ContentOf(results)));
    }

    private static bool Candidates(JsonElement candidates, List<Message> messages)
    {
        foreach (var candidate in candidates.EnumerateArray())
        {
            if (Object(candidate, "content") is { } content)
                messages.Add(ReadMessage(content, "assistant") with { FinishReason = Text(candidate, "finishReason") });
        }

        return true;
    }

    /// <summary>The AI SDK's and Mastra's result: the text of the answer beside its calls of tools.</summary>
    private static bool Result(JsonElement root, string text, List<Message> messages)
    {
        var parts = new List<MessagePart>();
        if (text.Length > 0)
            parts.Add(new TextPart(text));
        if (Get(root, "toolCalls") is { ValueKind: JsonValueKind.Array } calls)
        {
            foreach (var call in calls.EnumerateArray())
                AddPart(call, parts, depth: 0, assumed: "tool_call");
        }

        if (parts.Count > 0)
            messages.Add(new Message("assistant", parts) { FinishReason = Text(root, "finishReason") });
        return parts.Count > 0;
    }

    /// <summary>LangChain's result: lists of generations, each with a message or a text.</summary>
    private static bool Generations(JsonElement generations, List<Message> messages)
    {
        foreach (var outer in generations.EnumerateArray())
        {
            JsonElement[] inner = outer.ValueKind == JsonValueKind.Array ? [.. outer.EnumerateArray()] : [outer];
            foreach (var generation in inner)
            {
                if (Object(generation, "message") is { } message)
                    messages.Add(ReadMessage(message, "assistant"));
                else if (Text(generation, "text") is { } text)
                    messages.Add(new Message("assistant", [new TextPart(text)]));
            }
        }

        return true;
    }

    private static bool IsMessage(JsonElement item)
    {
        item = Unwrapped(item);
        if (Text(item, "event.name") is { } eventName && RoleOfEvent(eventName) is not null)
            return true;
        if (Get(item, "role") is { ValueKind: JsonValueKind.String } || Get(item, "parts") is { ValueKind: JsonValueKind.Array })
            return true;
        if (Object(item, "function_call") is not null || (Text(item, "content") is not null && Text(item, "finish_reason") is not null))
            return true;
        return RoleOfType(Text(item, "type")) is not null && (Get(item, "content") ?? Get(item, "parts") ?? Get(item, "tool_calls")) is not null;
    }

    private static Message ReadMessage(JsonElement item, string fallbackRole)
    {
        item = Unwrapped(item);
        var answered = Text(item, "tool_call_id");
        // Anthropic has the results of tools in messages of the user, and instrumentations leave it at that.
        var role = answered is not null ? "tool" : Role(Text(item, "role")) ?? RoleOfType(Text(item, "type")) ?? RoleOfEvent(Text(item, "event.name")) ?? fallbackRole;
        var parts = new List<MessagePart>();
        if ((Text(item, "reasoning_content") ?? Text(item, "reasoning")) is { Length: > 0 } reasoning)
            parts.Add(new ReasoningPart(reasoning));
        var content = Get(item, "parts") ?? Get(item, "content") ?? Get(item, "contents");
        using var listed = PartsInText(content);
        if (listed is not null)
            content = listed.RootElement;
        if (role == "tool" && !HasToolResults(content))
            parts.Add(ToolResult(answered ?? Text(item, "id"), Text(item, "name"), content, Text(item, "status") == "error"));
        else
            AddContent(content, parts, depth: 0);
        if (Text(item, "refusal") is { Length: > 0 } refusal)
            parts.Add(new TextPart(refusal));
        if (Get(item, "tool_calls") is { ValueKind: JsonValueKind.Array } calls)
        {
            foreach (var call in calls.EnumerateArray())
                AddCall(call, parts);
        }

        if (Object(item, "function_call") is { } single)
            AddPart(single, parts, depth: 0, assumed: "tool_call");
        if (Text(item, "function_call_name") is { } function)
            parts.Add(new ToolCallPart(null, function, Text(item, "function_call_arguments_json")));
        if (Get(item, "files") is { ValueKind: JsonValueKind.Array } files)
        {
            foreach (var file in files.EnumerateArray())
                AddPart(file, parts, depth: 0, assumed: "file");
        }

        return new Message(role, parts)
        {
            Name = role == "tool" ? null : Text(item, "name"),
            FinishReason = Text(item, "finish_reason") ?? Text(item, "stop_reason"),
        };
    }

    /// <summary>A call that stands among the parts already is the same one; there its arguments may be missing, as in the first piece of a stream.</summary>
    private static void AddCall(JsonElement call, List<MessagePart> parts)
    {
        if (call.ValueKind != JsonValueKind.Object)
            return;
        var added = ToolCall(call, "tool_call");
        var known = added.Id is null ? parts.IndexOf(added) : parts.FindIndex(p => p is ToolCallPart { Id: { } id } && id == added.Id);
        if (known < 0)
            parts.Add(added);
        else if (parts[known] is ToolCallPart { Arguments: null or "" or "{}" })
            parts[known] = added;
    }

    /// <summary>Indexed attributes hold texts only, so that a list of parts is JSON in a string; null when it is none.</summary>
    private static JsonDocument? PartsInText(JsonElement? content)
    {
        if (content is not { ValueKind: JsonValueKind.String } || content.Value.GetString() is not { } text || !text.AsSpan().TrimStart().StartsWith("[{"))
            return null;
        var document = JsonText.TryParse(text, out _);
        if (document is not null && document.RootElement.EnumerateArray().All(p => p.ValueKind == JsonValueKind.Object && IsPart(p)))
            return document;
        document?.Dispose();
        return null;
    }

    /// <summary>LangChain writes a message as <c>{type, data: {…}}</c> or <c>{lc, id, kwargs: {…}}</c>, Logfire a choice as <c>{event.name, message: {…}}</c>.</summary>
    private static JsonElement Unwrapped(JsonElement item)
    {
        if (Text(item, "event.name") is not null && Object(item, "message") is { } message)
            return message;
        if (Object(item, "kwargs") is { } kwargs)
            return kwargs;
        return RoleOfType(Text(item, "type")) is not null ? Object(item, "data") ?? item : item;
    }

    private static string? Role(string? role) => role?.ToLowerInvariant() switch
    {
        null or "" => null,
        "human" => "user",
        "ai" or "model" or "chatbot" => "assistant",
        "function" => "tool",
        "developer" => "system",
        var known => known,
    };

    private static string? RoleOfEvent(string? name) => name switch
    {
        "gen_ai.user.message" => "user",
        "gen_ai.assistant.message" or "gen_ai.choice" => "assistant",
        "gen_ai.system.message" => "system",
        "gen_ai.tool.message" => "tool",
        _ => null,
    };

    private static string? RoleOfType(string? type) => type switch
    {
        "human" or "HumanMessage" => "user",
        "ai" or "AIMessage" or "AIMessageChunk" => "assistant",
        "system" or "SystemMessage" => "system",
        "tool" or "ToolMessage" => "tool",
        _ => null,
    };

    private static JsonElement? Get(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement? Object(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.Object } value ? value : null;

    private static string? Text(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
