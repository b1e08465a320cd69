using System.Buffers;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Pydantic AI and Logfire, beside OTel's names. Logfire announces a span that has begun by a second one below it, with the announced
/// span's parent as an attribute; Pydantic AI's agents sum up the usage of their calls.
/// </summary>
internal static class LogfireConvention
{
    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);

    public static readonly Source[] Sources =
    [
        new("logfire.msg", Field.DisplayName, 40),
        new("logfire.tags", Field.Tags, 60),
        new("logfire.span_type", Field.LogfireType, 10),
        new("logfire.pending_parent_id", Field.PendingParent, 10),
        new("agent_name", Field.AgentName, 25),
        new("model_name", Field.RequestModel, SpanMapper.VagueModel),
        new("gen_ai.aggregated_usage.input_tokens", Field.InputTokens, 150),
        new("gen_ai.aggregated_usage.input_tokens", Field.AgentRun, 10),
        new("gen_ai.aggregated_usage.output_tokens", Field.OutputTokens, 150),
        new("pydantic_ai.all_messages", Field.Input, 68),
        new("pydantic_ai.all_messages", Field.AgentRun, 20),
        new("all_messages_events", Field.Input, 69),
        new("all_messages_events", Field.AgentRun, 30),
        new("all_messages_events", Field.EventList, 20),
        new("events", Field.Input, 70),
        new("events", Field.EventList, 10),
        new("prompt", Field.Input, 72),
        new("final_result", Field.Output, 76),
        new("request_data", Field.Input, 86),
        new("response_data", Field.Output, 86),
        new("tool_arguments", Field.ToolArguments, 40),
        new("tool_response", Field.ToolResult, 40),
        new("operation.cost", Field.Cost, 60),
    ];

    /// <summary>Turns the announcement of a span into that span, not yet ended.</summary>
    public static void Restore(RawSpan span, Candidates found)
    {
        if (!found.Utf8(Field.LogfireType).SequenceEqual("pending_span"u8) || span.ParentSpanId is null)
            return;
        var parent = found.Utf8(Field.PendingParent);
        span.BecomeParent(parent.Length == 16 && parent.ContainsAnyExcept((byte)'0') && !parent.ContainsAnyExcept(s_hex) ? parent : default);
        found.Hide(Field.LogfireType);
        found.Hide(Field.PendingParent);
    }

    /// <summary>Writes the replies in a list of events as an array; false when there are none.</summary>
    public static bool TryWriteReplies(ReadOnlySpan<byte> events, JsonBuffer target)
    {
        var start = target.Length;
        var reader = new Utf8JsonReader(events);
        try
        {
            _ = reader.Read();
            while (reader.TokenType == JsonTokenType.StartArray || reader.TokenType == JsonTokenType.EndObject)
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                    break;
                var from = (int)reader.TokenStartIndex;
                var isReply = false;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isName = reader.ValueTextEquals("event.name"u8);
                    _ = reader.Read();
                    isReply |= isName && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("gen_ai.choice"u8);
                    reader.Skip();
                }

                if (!isReply)
                    continue;
                target.Write(target.Length == start ? "["u8 : ","u8);
                target.Write(events[from..(int)reader.BytesConsumed]);
            }
        }
        catch (JsonException)
        {
            // The list was cut: the replies before the cut stand.
        }

        if (target.Length == start)
            return false;
        target.Write((byte)']');
        return true;
    }
}
