using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Contents that GenAI instrumentations put on events of the span: one event with everything, one per message (1.28 to 1.36), or one
/// each for prompt and completion (before).
/// </summary>
internal static class GenAiEvents
{
    /// <summary>The attribute that holds a whole message as JSON; the body of a log record is one.</summary>
    public static ReadOnlySpan<byte> Content => "gen_ai.event.content"u8;

    private static ReadOnlySpan<byte> Details => "gen_ai.client.inference.operation.details"u8;

    private static readonly SourceTable s_toolOutput = new(ClaudeCodeConvention.ToolOutputSources);

    /// <summary>Takes the events that carry fields under names that attributes have too.</summary>
    public static void Collect(RawSpan span, Candidates found, SourceTable table)
    {
        foreach (var spanEvent in span.Events)
        {
            var name = span[spanEvent.Name];
            if (name.SequenceEqual("exception"u8) || name.SequenceEqual("gen_ai.client.operation.exception"u8))
                found.Collect(span, spanEvent.Attributes, table);
            else if (name.SequenceEqual("tool.output"u8))
                found.Collect(span, spanEvent.Attributes, s_toolOutput);
            else if (name.SequenceEqual(Details))
                found.Collect(span, spanEvent.Attributes, table, later: 1);
            else if (name.SequenceEqual("gen_ai.content.prompt"u8) || name.SequenceEqual("gen_ai.content.completion"u8))
                found.Collect(span, spanEvent.Attributes, table, GenAiConvention.ContentEventOffset);
        }
    }

    /// <summary>Whether events of that name tell inputs or outputs.</summary>
    public static bool HasContents(ReadOnlySpan<byte> name) => name.StartsWith("gen_ai."u8) && (!RoleOf(name).IsEmpty || name.SequenceEqual(Details));

    /// <summary>Writes the message or the choice that an event holds, and takes it off the event; false when it is an event of another kind.</summary>
    public static bool TryMoveMessage(RawSpan span, RawEvent spanEvent, JsonBuffer target, int maxBytes, out bool isChoice)
    {
        var role = RoleOf(span[spanEvent.Name]);
        isChoice = role.SequenceEqual("choice"u8);
        if (role.IsEmpty)
            return false;
        WriteMessage(span, spanEvent.Attributes, role, target, maxBytes);
        return true;
    }

    /// <summary>Writes the messages that events hold as one JSON document, and takes them off the events; false when there are none.</summary>
    public static bool TryMoveMessages(RawSpan span, JsonBuffer target, bool isOutput, int maxBytes)
    {
        var start = target.Length;
        foreach (var spanEvent in span.Events)
        {
            var name = span[spanEvent.Name];
            if (!name.StartsWith("gen_ai."u8) || RoleOf(name) is not { IsEmpty: false } role || role.SequenceEqual("choice"u8) != isOutput)
                continue;
            if (target.Length - start > maxBytes)
                break;
            // Choices take the form of OpenAI's replies, which readers of conversations know.
            target.Write(target.Length > start ? ","u8 : isOutput ? "{\"choices\":["u8 : "["u8);
            WriteMessage(span, spanEvent.Attributes, role, target, maxBytes);
        }

        if (target.Length == start)
            return false;
        target.Write(isOutput ? "]}"u8 : "]"u8);
        return true;
    }

    /// <summary>Why the model stopped, from <c>gen_ai.choice</c> events, joined with a comma.</summary>
    public static string? FinishReasons(RawSpan span)
    {
        List<string>? reasons = null;
        foreach (var spanEvent in span.Events)
        {
            if (!span[spanEvent.Name].SequenceEqual("gen_ai.choice"u8))
                continue;
            foreach (ref readonly var attribute in span.Attributes(spanEvent.Attributes))
            {
                if (attribute.Type != RawType.String)
                    continue;
                if (span[attribute.Key].SequenceEqual("finish_reason"u8))
                    (reasons ??= []).Add(TextCache.Get(span[attribute.Text], 100));
                else if (span[attribute.Key].SequenceEqual(Content) && FinishReason.InJson(span[attribute.Text]) is { } inContent)
                    (reasons ??= []).Add(inContent);
            }
        }

        return reasons is null ? null : string.Join(',', reasons);
    }

    /// <summary>Writes what a vector database found, one event for each, as an array, and takes it off the events; false when there is none.</summary>
    public static bool TryMoveDocuments(RawSpan span, JsonBuffer target, int maxBytes)
    {
        var start = target.Length;
        foreach (var spanEvent in span.Events)
        {
            if (!span[spanEvent.Name].SequenceEqual("db.query.result"u8) || target.Length - start > maxBytes)
                continue;
            target.Write(target.Length == start ? "[{"u8 : ",{"u8);
            var any = false;
            foreach (ref var attribute in span.Attributes(spanEvent.Attributes))
            {
                if (attribute.Hidden)
                    continue;
                attribute.Hidden = true;
                if (any)
                    target.Write((byte)',');
                any = true;
                var key = span[attribute.Key];
                target.WriteString(key.StartsWith("db.query.result."u8) ? key["db.query.result.".Length..] : key, maxBytes);
                target.Write((byte)':');
                span.WriteValue(attribute, target, maxBytes);
            }

            target.Write((byte)'}');
        }

        if (target.Length == start)
            return false;
        target.Write((byte)']');
        return true;
    }

    /// <summary>When the first event tells of a piece of a streamed answer; nanoseconds since the Unix epoch.</summary>
    public static long? FirstChunk(RawSpan span)
    {
        long? first = null;
        foreach (var spanEvent in span.Events)
        {
            var name = span[spanEvent.Name];
            if ((name.SequenceEqual("ai.stream.firstChunk"u8) || name.SequenceEqual("llm.content.completion.chunk"u8)
                || name.SequenceEqual("gen_ai.content.completion.chunk"u8) || name.SequenceEqual("First Token Stream Event"u8))
                && UnixNanos.FromUnsigned(spanEvent.Time) is { } time && !(time >= first))
                first = time;
        }

        return first;
    }

    /// <summary>The role of <c>gen_ai.{role}.message</c>, "choice" of <c>gen_ai.choice</c>; empty for other events.</summary>
    private static ReadOnlySpan<byte> RoleOf(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("gen_ai.choice"u8))
            return "choice"u8;
        if (!name.EndsWith(".message"u8))
            return default;
        var role = name["gen_ai.".Length..^".message".Length];
        return role.SequenceEqual("user"u8) || role.SequenceEqual("assistant"u8) || role.SequenceEqual("system"u8) || role.SequenceEqual("tool"u8)
            ? role
            : default;
    }

    private static void WriteMessage(RawSpan span, AttributeRange range, ReadOnlySpan<byte> role, JsonBuffer target, int maxBytes)
    {
        var isChoice = role.SequenceEqual("choice"u8);
        foreach (ref var attribute in span.Attributes(range))
        {
            if (!attribute.Hidden && span[attribute.Key].SequenceEqual(Content))
            {
                attribute.Hidden = true;
                WriteContent(span, attribute, isChoice ? default : role, target, maxBytes);
                return;
            }
        }

        target.Write((byte)'{');
        var any = false;
        if (!isChoice)
        {
            target.WriteKey("role"u8);
            target.WriteString(role);
            any = true;
        }

        foreach (ref var attribute in span.Attributes(range))
        {
            var key = span[attribute.Key];
            // What concerns the call rather than the message (gen_ai.system) stays on the event.
            if (attribute.Hidden || key.StartsWith("gen_ai."u8) || (!isChoice && key.SequenceEqual("role"u8)))
                continue;
            attribute.Hidden = true;
            if (any)
                target.Write((byte)',');
            any = true;
            target.WriteString(key, maxBytes);
            target.Write((byte)':');
            if (attribute.Type == RawType.String && !key.SequenceEqual("content"u8) && IsJson(span[attribute.Text]))
                target.Write(span[attribute.Text]);
            else
                span.WriteValue(attribute, target, maxBytes);
        }

        target.Write((byte)'}');
    }

    private static void WriteContent(RawSpan span, in RawAttribute content, ReadOnlySpan<byte> role, JsonBuffer target, int maxBytes)
    {
        var text = content.Type is RawType.String or RawType.Json ? span[content.Text] : default;
        if (IsJson(text) && text.TrimStart(" \t\r\n"u8)[0] == '{')
        {
            text = text.TrimStart(" \t\r\n"u8);
            if (role.IsEmpty || HasRole(text))
            {
                target.Write(text);
                return;
            }

            target.Write("{\"role\":"u8);
            target.WriteString(role);
            if (!text[1..].TrimStart(" \t\r\n"u8).StartsWith("}"u8))
                target.Write((byte)',');
            target.Write(text[1..]);
            return;
        }

        target.Write("{\"role\":"u8);
        target.WriteString(role.IsEmpty ? "assistant"u8 : role);
        target.Write(",\"content\":"u8);
        span.WriteValue(content, target, maxBytes);
        target.Write((byte)'}');
    }

    private static bool HasRole(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("role"u8))
                return true;
            reader.Skip();
        }

        return false;
    }

    /// <summary>Whether a text is a whole JSON object or array, so that it can be put into other JSON.</summary>
    internal static bool IsJson(ReadOnlySpan<byte> text)
    {
        var start = text.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty || start[0] is not ((byte)'{' or (byte)'['))
            return false;
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
