using System.Text.Json;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>What an event is about.</summary>
internal enum LangfuseEntity
{
    Trace,
    Observation,
    Score,

    /// <summary>A line of an SDK's own log: taken and dropped.</summary>
    Log,
}

/// <summary>The envelope of an event: <c>{id, timestamp, type, body}</c>.</summary>
/// <param name="Id">For acknowledgement only; the entity has an id of its own.</param>
/// <param name="Timestamp">In nanoseconds since the Unix epoch.</param>
/// <param name="Kind">Of an observation; null when its body says it.</param>
/// <param name="IsUpdate">Wins over a create of the same time.</param>
internal sealed record LangfuseEvent(string Id, long Timestamp, LangfuseEntity Entity, SpanKind? Kind, bool IsUpdate, JsonSlice Body)
{
    public const string UnknownId = "unknown";

    /// <summary>The class of the versions of what is said of an observation.</summary>
    public const byte ObservationClass = 1;

    private static readonly Dictionary<string, (LangfuseEntity Entity, SpanKind? Kind, bool IsUpdate)> s_types = new(StringComparer.Ordinal)
    {
        ["trace-create"] = (LangfuseEntity.Trace, null, false),
        ["span-create"] = (LangfuseEntity.Observation, SpanKind.Span, false),
        ["span-update"] = (LangfuseEntity.Observation, SpanKind.Span, true),
        ["generation-create"] = (LangfuseEntity.Observation, SpanKind.Generation, false),
        ["generation-update"] = (LangfuseEntity.Observation, SpanKind.Generation, true),
        ["event-create"] = (LangfuseEntity.Observation, SpanKind.Event, false),
        ["agent-create"] = (LangfuseEntity.Observation, SpanKind.Agent, false),
        ["tool-create"] = (LangfuseEntity.Observation, SpanKind.Tool, false),
        ["chain-create"] = (LangfuseEntity.Observation, SpanKind.Chain, false),
        ["retriever-create"] = (LangfuseEntity.Observation, SpanKind.Retriever, false),
        ["evaluator-create"] = (LangfuseEntity.Observation, SpanKind.Evaluator, false),
        ["embedding-create"] = (LangfuseEntity.Observation, SpanKind.Embedding, false),
        ["guardrail-create"] = (LangfuseEntity.Observation, SpanKind.Guardrail, false),
        ["observation-create"] = (LangfuseEntity.Observation, null, false),
        ["observation-update"] = (LangfuseEntity.Observation, null, true),
        ["score-create"] = (LangfuseEntity.Score, null, false),
        ["sdk-log"] = (LangfuseEntity.Log, null, false),
    };

    /// <summary>What is said of a trace itself stands against what spans imply of it, whatever protocol they came by.</summary>
    public UpdateVersion Version => new(Entity == LangfuseEntity.Trace ? LangfuseConvention.ExplicitClass : ObservationClass, Timestamp, IsUpdate ? 1 : 0);

    /// <summary>The id of an envelope, whatever else is wrong with it.</summary>
    public static string IdOf(JsonMembers envelope) =>
        envelope.Get("id") is { ValueKind: JsonValueKind.String } id ? StorableText.Shorten(id.Text(Ids.MaxLength), Ids.MaxLength) : UnknownId;

    /// <summary>Null with errors when the envelope is not what it should be.</summary>
    public static LangfuseEvent? Read(JsonMembers envelope, List<string> errors)
    {
        var fields = new LangfuseFields(envelope, "", errors);
        if (fields.Text("id") is not { Length: > 0 and <= Ids.MaxLength } id || id.Contains('\r', StringComparison.Ordinal))
            errors.Add($"id must be a text of 1 to {Ids.MaxLength} characters without carriage return.");
        var timestamp = fields.Time("timestamp");
        if (timestamp is null && errors.Count == 0)
            errors.Add("timestamp is missing; send when the event happened.");
        if (fields.Text("type") is not { } type)
            errors.Add("type is missing.");
        else if (!s_types.ContainsKey(type))
            errors.Add($"type '{StorableText.Shorten(type, 60)}' is none of {string.Join(", ", s_types.Keys)}.");
        if (fields.Get("body") is not { ValueKind: JsonValueKind.Object } body)
        {
            errors.Add("body must be a JSON object.");
            return null;
        }

        if (errors.Count > 0)
            return null;
        var (entity, kind, isUpdate) = s_types[fields.Text("type")!];
        return new LangfuseEvent(fields.Text("id")!, timestamp!.Value, entity, kind, isUpdate, body);
    }
}
