using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Langfuse's attributes: what its OTel-based SDKs send. They win over all others. Those of the trace may be on any of its spans.</summary>
internal static class LangfuseConvention
{
    /// <summary>What is said of a trace itself counts more than what follows from its root span.</summary>
    public const byte ExplicitClass = 3;

    /// <summary>The rank of an observation's own input and output.</summary>
    public const byte Content = 5;

    /// <summary>The rank of an observation's model as the one that was asked for, when nothing else tells it.</summary>
    public const byte Model = 90;

    /// <summary>The environment's name, of a span or of its resource.</summary>
    public const string Environment = "langfuse.environment";

    public static readonly Source[] Sources =
    [
        new("langfuse.observation.type", Field.LangfuseType, 10),
        new(LangfuseAttributes.Level, Field.Level, 10),
        new("langfuse.observation.status_message", Field.StatusMessage, 10),
        new("langfuse.observation.input", Field.Input, Content),
        new("langfuse.observation.output", Field.Output, Content),
        new("langfuse.observation.model.name", Field.ResponseModel, 5),
        new("langfuse.observation.model.name", Field.RequestModel, Model),
        new(LangfuseAttributes.UsageDetails, Field.LangfuseUsage, 10),
        new(LangfuseAttributes.CostDetails, Field.LangfuseCost, 10),
        new("langfuse.observation.prompt.name", Field.PromptName, 10),
        new("langfuse.observation.prompt.version", Field.PromptVersion, 10),
        new("langfuse.prompt.name", Field.PromptName, 20),
        new("langfuse.prompt.version", Field.PromptVersion, 20),
        new("langfuse.observation.completion_start_time", Field.FirstTokenAt, 10),
        new("langfuse.trace.name", Field.TraceName, 10),
        new("langfuse.trace.input", Field.TraceInput, 10),
        new("langfuse.trace.output", Field.TraceOutput, 10),
        new("langfuse.trace.public", Field.IsPublic, 10),
        new("langfuse.public", Field.IsPublic, 20),
        new("langfuse.internal.as_root", Field.AsRoot, 10),
        new("langfuse.internal.is_app_root", Field.AsRoot, 20),
        new("langfuse.user.id", Field.UserId, 10),
        new("langfuse.observation.metadata.langfuse_user_id", Field.UserId, 30),
        new("langfuse.trace.metadata.langfuse_user_id", Field.UserId, 31),
        new("langfuse.session.id", Field.SessionId, 10),
        new("langfuse.observation.metadata.langfuse_session_id", Field.SessionId, 40),
        new("langfuse.trace.metadata.langfuse_session_id", Field.SessionId, 41),
        new("langfuse.trace.tags", Field.Tags, 10),
        new("langfuse.tags", Field.Tags, 20),
        new("langfuse.observation.metadata.langfuse_tags", Field.Tags, 30),
        new("langfuse.trace.metadata.langfuse_tags", Field.Tags, 31),
        new(Environment, Field.Environment, 10),
        new("langfuse.release", Field.Release, 5),
        new(LangfuseAttributes.Version, Field.AppVersion, 10),
        new("langfuse.trace.metadata", Field.Metadata, 10),
        new("langfuse.metadata", Field.Metadata, 15),
        new("langfuse.trace.metadata.", Field.MetadataKeys, 10, SourceForm.Group),
        new("langfuse.metadata.", Field.MetadataKeys, 15, SourceForm.Group),
    ];

    public static SpanKind? KindOf(ReadOnlySpan<byte> word) => Words.Find(s_kinds, word);

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Generation, ["generation"]), (SpanKind.Span, ["span"]), (SpanKind.Tool, ["tool"]), (SpanKind.Agent, ["agent"]),
        (SpanKind.Chain, ["chain"]), (SpanKind.Event, ["event"]), (SpanKind.Embedding, ["embedding"]), (SpanKind.Retriever, ["retriever"]),
        (SpanKind.Guardrail, ["guardrail"]), (SpanKind.Evaluator, ["evaluator"]));

    /// <summary>Name and version of <c>{name, version}</c>, as integrations pass a prompt on; nulls when it is nothing of the kind.</summary>
    public static (string? Name, string? Version) PromptOf(ReadOnlySpan<byte> json, int maxLength)
    {
        string? name = null, version = null;
        var leaves = new JsonLeaves(json, stackalloc byte[256]);
        while (leaves.Next())
        {
            if (leaves.Path.SequenceEqual("name"u8))
                name = leaves.Text(maxLength);
            else if (leaves.Path.SequenceEqual("version"u8))
                version = leaves.Text(maxLength);
        }

        return name is null ? default : (name, version);
    }
}
