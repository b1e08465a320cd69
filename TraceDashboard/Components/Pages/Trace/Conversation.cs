using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>A box of the conversation: one part of a message, or a tool call with its result.</summary>
/// <param name="Role">As in <see cref="Message.Role"/>.</param>
/// <param name="Heading">What stands above the box.</param>
/// <param name="Part">What the box shows.</param>
public sealed record ConversationBlock(string Role, string Heading, MessagePart Part)
{
    /// <summary>The result of the call in <see cref="Part"/>.</summary>
    public ToolResultPart? Result { get; init; }

    /// <summary>Whether the model is still writing it.</summary>
    public bool Streaming { get; init; }
}

/// <summary>Puts the messages of a span in the order and the boxes in which a reader follows them.</summary>
internal static class Conversation
{
    public static IReadOnlyList<ConversationBlock> Blocks(IReadOnlyList<Message> messages)
    {
        var blocks = new List<ConversationBlock>();
        var openCalls = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is ToolResultPart { CallId: { } answered } result && openCalls.Remove(answered, out var call))
                {
                    blocks[call] = blocks[call] with { Result = result };
                    continue;
                }

                if (part is ToolCallPart { Id: { } id })
                    openCalls[id] = blocks.Count;
                blocks.Add(new ConversationBlock(message.Role, Heading(message, part), part));
            }

            if (message.Parts.Count == 0)
                blocks.Add(new ConversationBlock(message.Role, Heading(message, null), new TextPart("")));
        }

        return blocks;
    }

    private static string Heading(Message message, MessagePart? part)
    {
        var heading = part switch
        {
            ToolCallPart call => "tool call · " + Bidi.Isolate(call.Name),
            ToolResultPart { Name: { Length: > 0 } name } => "tool result · " + Bidi.Isolate(name),
            ToolResultPart => "tool result",
            ReasoningPart => "reasoning",
            _ => Bidi.Isolate(message.Role),
        };
        if (message.Name is { Length: > 0 } speaker && part is not ToolCallPart)
            heading += " · " + Bidi.Isolate(speaker);
        if (message.FinishReason is { Length: > 0 } reason && part is not ReasoningPart && ReferenceEquals(part, message.Parts.Count == 0 ? null : message.Parts[^1]))
            heading += " · " + Bidi.Isolate(reason);
        return heading;
    }
}
