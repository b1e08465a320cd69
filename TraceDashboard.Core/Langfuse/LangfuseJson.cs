using System.Text.Json;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Things in the form of Langfuse's API.</summary>
internal static class LangfuseJson
{
    /// <summary><c>{data, meta}</c>.</summary>
    public static JsonObject Page(IEnumerable<JsonNode> data, int page, int limit, int total) => new()
    {
        ["data"] = new JsonArray([.. data]),
        ["meta"] = new JsonObject { ["page"] = page, ["limit"] = limit, ["totalItems"] = total, ["totalPages"] = (total + limit - 1) / limit },
    };

    public static JsonObject Score(StoredScore stored)
    {
        var score = stored.Score;
        var json = new JsonObject
        {
            ["id"] = score.Id,
            ["traceId"] = score.TraceId,
            ["observationId"] = score.SpanId,
            ["sessionId"] = score.SessionId,
            ["datasetRunId"] = null,
            ["name"] = score.Name,
            ["source"] = LangfuseScores.WordOf(score.Source),
            ["dataType"] = LangfuseScores.WordOf(score.DataType),
            ["value"] = score.DataType is ScoreDataType.Numeric or ScoreDataType.Boolean ? score.Value : score.DataType == ScoreDataType.Categorical ? 0 : null,
            ["timestamp"] = Iso8601.Format(score.Timestamp),
            ["createdAt"] = Iso8601.Format(stored.ReceivedAt),
            ["updatedAt"] = Iso8601.Format(stored.ReceivedAt),
            ["authorUserId"] = score.Author,
            ["comment"] = score.Comment,
            ["metadata"] = Value(score.Metadata),
            ["configId"] = score.ConfigId,
            ["queueId"] = null,
            ["environment"] = score.Environment,
        };
        if (score.Text is not null)
            json["stringValue"] = score.Text;
        return json;
    }

    public static double? Seconds(long? nanos) => nanos is { } time ? Math.Max(0, time) / 1e9 : null;

    /// <summary>JSON as JSON, anything else as a text.</summary>
    public static JsonNode? Value(string? text)
    {
        if (text is null)
            return null;
        if (text.AsSpan().TrimStart() is not ['{' or '[' or '"', ..])
            return JsonValue.Create(text);
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 256 });
        }
        catch (JsonException)
        {
            return JsonValue.Create(text); // cut, or only looks like it
        }
    }
}
