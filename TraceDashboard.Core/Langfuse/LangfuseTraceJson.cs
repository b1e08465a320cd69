using System.Globalization;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Traces and sessions in the form of Langfuse's API.</summary>
internal static class LangfuseTraceJson
{
    /// <summary>What a metric is when it was not asked for.</summary>
    private const int NotAsked = -1;

    public static JsonObject Of(LangfuseTrace trace, LangfuseTraceParts parts)
    {
        var row = trace.Row;
        var own = OwnTrace.Of(row)?.Update;
        var withIo = parts.HasFlag(LangfuseTraceParts.Io);
        var withMetrics = parts.HasFlag(LangfuseTraceParts.Metrics);
        return new JsonObject
        {
            ["id"] = row.TraceId,
            ["projectId"] = row.ProjectId.ToString(CultureInfo.InvariantCulture),
            ["timestamp"] = Iso8601.Format(row.StartTime),
            ["name"] = row.Name,
            ["input"] = withIo ? LangfuseJson.Value(trace.Own?.Input ?? trace.Root?.Input) : null,
            ["output"] = withIo ? LangfuseJson.Value(trace.Own?.Output ?? trace.Root?.Output) : null,
            ["metadata"] = LangfuseJson.Value(row.Metadata),
            ["userId"] = row.UserId,
            ["sessionId"] = row.SessionId,
            ["environment"] = row.Environment,
            ["release"] = row.Release,
            ["version"] = row.AppVersion,
            ["tags"] = LangfuseJson.Value(row.Tags) ?? new JsonArray(),
            ["public"] = own?.IsPublic ?? false,
            ["externalId"] = own?.ExternalId,
            ["bookmarked"] = false,
            ["createdAt"] = Iso8601.Format(row.ReceivedAt),
            ["updatedAt"] = Iso8601.Format(row.LastActivity),
            ["htmlPath"] = $"/traces/{Uri.EscapeDataString(row.TraceId)}",
            ["latency"] = withMetrics ? LangfuseJson.Seconds(row.EndTime - row.StartTime) : NotAsked,
            ["totalCost"] = withMetrics ? row.Cost is { } cost ? PicoDollars.ToUsd(cost) : null : NotAsked,
            ["observations"] = new JsonArray([.. trace.ObservationIds.Select(id => (JsonNode)id)]),
            ["scores"] = new JsonArray([.. trace.ScoreIds.Select(id => (JsonNode)id)]),
        };
    }

    public static JsonObject Of(LangfuseSession session, int projectId) => new()
    {
        ["id"] = session.Id,
        ["createdAt"] = Iso8601.Format(session.CreatedAt),
        ["projectId"] = projectId.ToString(CultureInfo.InvariantCulture),
        ["environment"] = session.Environment,
    };
}
