using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces;

/// <summary>Everything that is known of one span.</summary>
public sealed record SpanDetails
{
    public required SpanFacts Facts { get; init; }

    public string? StatusMessage { get; init; }

    public string? ErrorType { get; init; }

    public string? RequestModel { get; init; }

    public string? ResponseModel { get; init; }

    public bool? Streaming { get; init; }

    /// <summary>Whether nobody said when the first token came, so that the arrival of the first piece of the answer stands for it.</summary>
    public bool FirstTokenMeasured { get; init; }

    public string? FinishReason { get; init; }

    public string? ServiceTier { get; init; }

    public string? ToolName { get; init; }

    public string? ToolCallId { get; init; }

    public string? AgentName { get; init; }

    public string? PromptName { get; init; }

    public string? PromptVersion { get; init; }

    public string? ServiceName { get; init; }

    /// <summary>JSON or plain text, as it came.</summary>
    public string? Input { get; init; }

    /// <summary>Characters of the whole input, when <see cref="Input"/> may have been cut; null when there is none.</summary>
    public int? InputLength { get; init; }

    /// <summary>Set when only a part of the input is stored, because it was too long; null when all of it is.</summary>
    public ContentCut? InputCut { get; init; }

    /// <summary>The explicit output, or else the streamed pieces in order.</summary>
    public string? Output { get; init; }

    /// <summary>Characters of the whole output, when <see cref="Output"/> may have been cut; null when there is none.</summary>
    public int? OutputLength { get; init; }

    /// <summary>Set when only a part of the output is stored, because it was too long; null when all of it is.</summary>
    public ContentCut? OutputCut { get; init; }

    /// <summary>Whether <see cref="Output"/> was put together from streamed pieces.</summary>
    public bool OutputStreamed { get; init; }

    public string? AttributesJson { get; init; }

    public string? EventsJson { get; init; }

    public string? LinksJson { get; init; }

    public string? ResourceJson { get; init; }

    public string? OriginJson { get; init; }
}
