namespace TraceDashboard.Core.Traces.Messages;

/// <summary>One turn of a conversation with a model, whichever API or convention it was recorded in.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>, or what the client called it.</param>
/// <param name="Parts">In the order in which they were recorded; empty for a message without content.</param>
public sealed record Message(string Role, IReadOnlyList<MessagePart> Parts)
{
    /// <summary>The participant's name.</summary>
    public string? Name { get; init; }

    /// <summary>Why the model stopped, for messages that it wrote.</summary>
    public string? FinishReason { get; init; }
}

/// <summary>A piece of a message.</summary>
public abstract record MessagePart;

public sealed record TextPart(string Text) : MessagePart;

/// <summary>What the model thought before it answered. An empty text means that the provider withheld it.</summary>
public sealed record ReasoningPart(string Text) : MessagePart;

/// <param name="Arguments">JSON or plain text; null when there are none.</param>
public sealed record ToolCallPart(string? Id, string Name, string? Arguments) : MessagePart;

/// <param name="CallId">The id of the call that this answers.</param>
/// <param name="Result">JSON or plain text.</param>
public sealed record ToolResultPart(string? CallId, string? Name, string Result, bool IsError) : MessagePart
{
    /// <summary>What the tool gave back beside text.</summary>
    public IReadOnlyList<MediaPart> Files { get; init; } = [];
}

/// <summary>An image, sound, video or document: either the data itself or where it is.</summary>
/// <param name="Modality"><c>image</c>, <c>audio</c>, <c>video</c>, <c>document</c> or what the client called it.</param>
public sealed record MediaPart(string Modality, string? MimeType) : MessagePart
{
    /// <summary>Base64.</summary>
    public string? Data { get; init; }

    public string? Uri { get; init; }

    /// <summary>The id of a file that was uploaded here.</summary>
    public string? MediaId { get; init; }

    /// <summary>The id or name of a file at the provider.</summary>
    public string? File { get; init; }
}

/// <summary>A part of a kind that is not known here, as JSON.</summary>
public sealed record OtherPart(string Type, string Json) : MessagePart;

/// <summary>What was found in a span's input or output.</summary>
public sealed record MessageContent
{
    /// <summary>Null when the content is no conversation: then it is shown as it is.</summary>
    public IReadOnlyList<Message>? Messages { get; init; }

    /// <summary>Whether the content ended in the middle, and what is shown is the part that could be read.</summary>
    public bool Truncated { get; init; }

    /// <summary>Messages that were left out because there are more than <see cref="MessageParser.MaxMessages"/>: the oldest.</summary>
    public int Omitted { get; init; }
}
