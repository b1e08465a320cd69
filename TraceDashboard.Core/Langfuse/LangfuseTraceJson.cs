using System.Globalization;
using System.Text;
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
        var own = row.OwnState is null ? null : MergeStateCodec.DecodeTrace(row.ProjectId, row.TraceId, row.OwnState);
        var withIo = parts.HasFlag(LangfuseTraceParts.Io);
        var withMetrics = parts.HasFlag(LangfuseTraceParts.Metrics);
        return new JsonObject
        {
            ["id"] = row.TraceId,
            ["projectId"] = row.ProjectId.ToString(CultureInfo.InvariantCulture),
            ["timestamp"] = Iso8601.Format(row.StartTime),
            ["name"] = row.Name,
            ["input"] = withIo ? LangfuseJson.Value(own?.Input is { } input ? Encoding.UTF8.GetString(input) : trace.Root?.Input) : null,
            ["output"] = withIo ? LangfuseJson.Value(own?.Output is { } output ? Encoding.UTF8.GetString(output) : trace.Root?.Output) : null,
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
