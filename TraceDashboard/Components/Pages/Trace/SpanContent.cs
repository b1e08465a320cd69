using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>A span, read and made ready to be shown: everything that would take long in a render.</summary>
public sealed record SpanContent
{
    /// <summary>Characters of an input or output that are read until the reader asks for all.</summary>
    public const int CutAt = 200_000;

    public required SpanDetails Details { get; init; }

    /// <summary>The span, with what others know of the call that it counts for.</summary>
    public required SpanFacts Call { get; init; }

    /// <summary>Empty when neither input nor output is a conversation.</summary>
    public required IReadOnlyList<ConversationBlock> Blocks { get; init; }

    /// <summary>Older messages that are left out.</summary>
    public int Omitted { get; init; }

    /// <summary>The input, when it is no conversation: indented JSON, or text.</summary>
    public string? InputText { get; init; }

    public string? OutputText { get; init; }

    /// <summary>Files that were uploaded with an input or output that is no conversation.</summary>
    public required IReadOnlyList<MediaPart> Media { get; init; }

    /// <summary>Null for spans that do not call a model.</summary>
    public CostLedger? Ledger { get; init; }

    public required IReadOnlyList<SpanValue> Attributes { get; init; }

    public required IReadOnlyList<SpanValue> Resource { get; init; }

    public required IReadOnlyList<SpanValue> Origin { get; init; }

    public required IReadOnlyList<SpanEvent> Events { get; init; }

    public required IReadOnlyList<SpanLink> Links { get; init; }

    public string SpanId => Details.Facts.SpanId;

    /// <summary>Whether more of the input or output is stored than was read.</summary>
    public bool IsCut => (Details.InputLength ?? 0) > (Details.Input?.Length ?? 0) || (Details.OutputLength ?? 0) > (Details.Output?.Length ?? 0);

    public bool IsStreaming => Details is { OutputStreamed: true, Facts.EndTime: null };

    public static SpanContent Read(SpanDetails details, PriceBook prices)
    {
        var facts = details.Facts;
        var input = MessageParser.Parse(details.Input, "user");
        var output = details.OutputStreamed ? Streamed(details) : MessageParser.Parse(details.Output, "assistant");
        // A conversation and a plain answer belong together; two plain texts do not.
        if (input.Messages is not null && output.Messages is null && details.Output is { Length: > 0 } answer && facts.Kind.IsModelCall())
            output = output with { Messages = [new Message("assistant", [new TextPart(answer)])] };
        if (output.Messages is not null && input.Messages is null && details.Input is { Length: > 0 } question && facts.Kind.IsModelCall())
            input = input with { Messages = [new Message("user", [new TextPart(JsonText.Pretty(question) ?? question)])] };
        // Strands tells what a tool is asked in the words in which it tells what a tool answered.
        if (facts.Kind == SpanKind.Tool && input.Messages is [{ Parts: [ToolResultPart asked] }])
            input = input with { Messages = [new Message("assistant", [new ToolCallPart(asked.CallId, details.ToolName ?? "", asked.Result)])] };
        var blocks = Conversation.Blocks([.. input.Messages ?? [], .. output.Messages ?? []]);
        if (details is { OutputStreamed: true, Facts.EndTime: null } && blocks.Count > 0)
            blocks = [.. blocks.SkipLast(1), blocks[^1] with { Streaming = true, Heading = blocks[^1].Heading + " · streaming" }];
        return new SpanContent
        {
            Details = details,
            Call = facts.AsCall(),
            Blocks = blocks,
            Omitted = input.Omitted + output.Omitted,
            InputText = input.Messages is null ? JsonText.Pretty(details.Input) ?? details.Input : null,
            OutputText = output.Messages is null ? JsonText.Pretty(details.Output) ?? details.Output : null,
            Media = [.. MediaTag.Find(input.Messages is null ? details.Input : null).Concat(MediaTag.Find(output.Messages is null ? details.Output : null)).DistinctBy(m => m.MediaId)],
            Ledger = facts.Kind.IsModelCall() || facts.Usage is not null || facts.Cost.Source != CostSource.Unknown ? Explain(details, prices) : null,
            Attributes = SpanValues.ReadObject(details.AttributesJson),
            Resource = SpanValues.ReadObject(details.ResourceJson),
            Origin = SpanValues.ReadObject(details.OriginJson),
            Events = SpanValues.ReadEvents(details.EventsJson),
            Links = SpanValues.ReadLinks(details.LinksJson),
        };
    }

    /// <summary>Pieces of an answer are its text, whatever it looks like while half of it is missing.</summary>
    private static MessageContent Streamed(SpanDetails details) => details.Facts.EndTime is null
        ? new MessageContent { Messages = [new Message("assistant", [new TextPart(details.Output ?? "")])] }
        : MessageParser.Parse(details.Output, "assistant") is { Messages: not null } parsed
            ? parsed
            : new MessageContent { Messages = [new Message("assistant", [new TextPart(details.Output ?? "")])] };

    private static CostLedger Explain(SpanDetails details, PriceBook prices)
    {
        var call = details.Facts.AsCall();
        var (response, request) = details.Facts.Layers is { } layers ? (layers.Model, layers.RequestModel) : (details.ResponseModel, details.RequestModel);
        return prices.Explain(
            call.Cost,
            call.Provider,
            response,
            request,
            call.Usage,
            call.ServiceTier,
            UnixNanos.ToDateTimeOffset(call.StartTime ?? call.ReceivedAt));
    }
}
