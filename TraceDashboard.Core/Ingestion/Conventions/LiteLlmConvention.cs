namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// LiteLLM's callback (<c>metadata.*</c>, <c>gen_ai.cost.*</c>) and its successor (<c>litellm.*</c>); the rest of both is OTel's and Traceloop's.
/// The server span of its proxy names the model too, but the call is the span below it.
/// </summary>
internal static class LiteLlmConvention
{
    public static readonly Source[] Sources =
    [
        new("litellm.call_type", Field.RequestType, 20),
        new("litellm.provider.model", Field.RequestModel, 50),
        new("litellm.call_id", Field.ResponseId, 30),
        new("litellm.cost.total", Field.Cost, 40),
        new("gen_ai.cost.total_cost", Field.Cost, 50),
        new("litellm.request.streaming", Field.Streaming, 40),
        new("litellm.end_user.id", Field.UserId, 70),
        new("litellm.provider.error.type", Field.ErrorType, 30),
        new("litellm.provider.error.message", Field.ErrorMessage, 40),
        new("metadata.", Field.MetadataKeys, 30, SourceForm.Group),
        new("litellm.metadata.", Field.MetadataKeys, 60, SourceForm.Group),
    ];
}
