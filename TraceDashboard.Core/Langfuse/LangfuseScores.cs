using System.IO.Hashing;
using System.Text.Json;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Turns the body of a <c>score-create</c>, or of a call that makes a score, into a score. Pure.</summary>
internal static class LangfuseScores
{
    private static readonly Dictionary<string, ScoreDataType> s_types = new(StringComparer.Ordinal)
    {
        ["NUMERIC"] = ScoreDataType.Numeric,
        ["BOOLEAN"] = ScoreDataType.Boolean,
        ["CATEGORICAL"] = ScoreDataType.Categorical,
        ["TEXT"] = ScoreDataType.Text,
    };

    private static readonly Dictionary<string, ScoreSource> s_sources = new(StringComparer.Ordinal)
    {
        ["API"] = ScoreSource.Api,
        ["EVAL"] = ScoreSource.Evaluator,
        ["ANNOTATION"] = ScoreSource.Human,
    };

    public static string WordOf(ScoreDataType type) => s_types.First(t => t.Value == type).Key;

    public static string WordOf(ScoreSource source) => s_sources.First(s => s.Value == source).Key;

    public static ScoreDataType? TypeOf(string word) => s_types.TryGetValue(word, out var type) ? type : null;

    public static ScoreSource? SourceOf(string word) => s_sources.TryGetValue(word, out var source) ? source : null;

    /// <summary>Null with errors when the body is not what it should be.</summary>
    /// <param name="projectId">Of the sender.</param>
    /// <param name="json">The body, an object.</param>
    /// <param name="path">Before the names of fields in errors.</param>
    /// <param name="fallbackId">The score's id when the body has none.</param>
    /// <param name="time">When it was said, in nanoseconds since the Unix epoch.</param>
    /// <param name="limits">How long texts may be.</param>
    /// <param name="errors">What is wrong.</param>
    public static Score? Map(int projectId, JsonSlice json, string path, string fallbackId, long time, IngestionOptions limits, List<string> errors)
    {
        var body = new LangfuseFields(JsonMembers.Read(json), path, errors);
        var (traceId, spanId, sessionId) = (body.Id("traceId"), body.Id("observationId"), body.Id("sessionId"));
        if (body.Text("datasetRunId") is not null)
            body.Fail("datasetRunId", "cannot be scored here; score a trace, an observation or a session");
        else if (traceId is null == sessionId is null)
            body.Fail("traceId", $"or {path}sessionId is needed, one of them");
        else if (spanId is not null && traceId is null)
            body.Fail("observationId", $"needs {path}traceId");
        var name = body.Text("name");
        if (string.IsNullOrEmpty(name))
            body.Fail("name", "must be a text that is not empty");
        var source = ScoreSource.Api;
        if (body.Text("source") is { } sourceWord && !s_sources.TryGetValue(sourceWord, out source))
            body.Fail("source", "must be API, EVAL or ANNOTATION");
        var (type, value, text) = Value(body, limits);
        body.TryMetadata(limits, out var metadata);
        var author = Name(body, "authorUserId", limits);
        var config = Name(body, "configId", limits);
        var comment = body.LongText("comment", limits.MaxFieldBytes);
        var environment = body.Text("environment");
        var id = body.Id("id") ?? fallbackId;
        var timestamp = body.Time("timestamp") ?? time;
        if (errors.Count > 0)
            return null;
        return new Score
        {
            ProjectId = projectId,
            Id = id,
            TraceId = traceId,
            SpanId = spanId,
            SessionId = sessionId,
            Name = StorableText.Shorten(name!, limits.MaxNameLength),
            DataType = type,
            Value = value,
            Text = text,
            Source = source,
            Comment = comment,
            Metadata = metadata is null ? null : System.Text.Encoding.UTF8.GetString(metadata),
            Author = author,
            Environment = environment is null ? LangfuseEnvironment.Default : LangfuseEnvironment.Normalise(environment),
            ConfigId = config,
            Timestamp = timestamp,
            VersionTime = time,
            VersionHash = (long)XxHash3.HashToUInt64(json.Raw),
        };
    }

    private static (ScoreDataType Type, double? Value, string? Text) Value(LangfuseFields body, IngestionOptions limits)
    {
        var value = body.Get("value") ?? default;
        ScoreDataType? type = value.ValueKind switch
        {
            JsonValueKind.Number => ScoreDataType.Numeric,
            JsonValueKind.String => ScoreDataType.Categorical,
            _ => null,
        };
        if (type is null)
            body.Fail("value", "must be a number or a text");
        if (body.Text("dataType") is { } word)
        {
            if (s_types.TryGetValue(word, out var named))
                type = named;
            else
                body.Fail("dataType", "must be NUMERIC, BOOLEAN, CATEGORICAL or TEXT");
        }

        var number = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var parsed) && double.IsFinite(parsed) ? parsed : (double?)null;
        var text = value.ValueKind == JsonValueKind.String ? JsonContent.TextOf(value, limits.MaxFieldBytes) : null;
        switch (type)
        {
            case ScoreDataType.Numeric when number is null:
                body.Fail("value", "must be a number for a NUMERIC score");
                break;
            case ScoreDataType.Boolean when number is not (0 or 1):
                body.Fail("value", "must be 0 or 1 for a BOOLEAN score");
                break;
            case ScoreDataType.Boolean:
                text = number == 1 ? "True" : "False";
                break;
            case ScoreDataType.Categorical or ScoreDataType.Text when string.IsNullOrEmpty(text):
                body.Fail("value", "must be a text that is not empty");
                break;
        }

        return (type ?? default, number, text);
    }

    private static string? Name(LangfuseFields body, string field, IngestionOptions limits) =>
        body.Text(field) is { } text ? StorableText.Shorten(text, limits.MaxNameLength) : null;
}
