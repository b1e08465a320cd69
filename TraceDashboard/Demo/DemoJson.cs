using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceDashboard.Demo;

/// <summary>Contents in the forms of the OTel GenAI conventions 1.41.</summary>
internal static class DemoJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Options);

    public static JsonObject Text(string role, string content) =>
        new() { ["role"] = role, ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = content }) };

    /// <summary>A model's answer that calls tools.</summary>
    public static JsonObject ToolCalls(IReadOnlyList<(string Id, string Name, string Arguments)> calls)
    {
        var parts = new JsonArray();
        foreach (var (id, name, arguments) in calls)
            parts.Add(new JsonObject { ["type"] = "tool_call", ["id"] = id, ["name"] = name, ["arguments"] = JsonNode.Parse(arguments) });
        return new JsonObject { ["role"] = "assistant", ["parts"] = parts, ["finish_reason"] = "tool_call" };
    }

    public static JsonObject ToolResult(string id, string response) =>
        new()
        {
            ["role"] = "tool",
            ["parts"] = new JsonArray(new JsonObject { ["type"] = "tool_call_response", ["id"] = id, ["response"] = response }),
        };

    /// <summary>The text of the only message; null when it has none.</summary>
    public static string? AnswerText(byte[]? messages) =>
        messages is null ? null : JsonNode.Parse(messages)?[0]?["parts"]?[0]?["content"]?.GetValue<string>();

    public static byte[] Exception(long time, string type, string message) => Bytes(new JsonArray(new JsonObject
    {
        ["timeUnixNano"] = time.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["name"] = "exception",
        ["attributes"] = new JsonObject { ["exception.type"] = type, ["exception.message"] = message },
    }));
}
