using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Traces, observations and sessions in Langfuse's API.</summary>
internal static class LangfuseTraceEndpoints
{
    /// <summary>Largest page of the second version of the list of observations.</summary>
    private const int MaxCursorLimit = 1_000;

    /// <summary>Most observations and scores that a trace is answered with.</summary>
    private const int MaxOfTrace = 10_000;

    private static readonly HashSet<string> s_groups =
        new(StringComparer.Ordinal) { "core", "basic", "time", "io", "metadata", "model", "usage", "prompt", "metrics", "trace_context" };

    // Escaped, two long ids would make a cursor that no address can hold.
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly HashSet<string> s_defaultGroups = new(StringComparer.Ordinal) { "core", "basic" };

    public static void MapLangfuseTraces(this IEndpointRouteBuilder api)
    {
        api.MapGet("/traces", TracesAsync);
        api.MapGet("/traces/{traceId}", TraceAsync);
        api.MapGet("/observations", ObservationsAsync);
        api.MapGet("/observations/{observationId}", ObservationAsync);
        api.MapGet("/v2/observations", ObservationPageAsync);
        api.MapGet("/sessions", SessionsAsync);
        api.MapGet("/sessions/{sessionId}", SessionAsync);
        api.MapGet("/projects", ProjectsAsync);
    }

    private static async Task<IResult> TracesAsync(HttpContext context, LangfuseReader reader)
    {
        var query = new LangfuseQuery(context.Request.Query);
        var (page, limit) = (query.Page, query.Limit());
        var filter = TraceFilter(query);
        var order = LangfuseTraceOrder.Default;
        if (query.Text("orderBy") is { } by)
        {
            if (LangfuseTraceOrder.Parse(by) is { } known)
                order = known;
            else
                query.Errors.Add($"orderBy must be {LangfuseTraceOrder.Known}.");
        }

        var parts = Parts(query);
        if (query.Errors.Count > 0)
            return LangfuseResult.Invalid([.. query.Errors]);
        var (items, total) = await reader.TracesAsync(context.GetProjectId(), filter, order, (page - 1) * limit, limit, parts, context.RequestAborted);
        return TypedResults.Json(LangfuseJson.Page(items.Select(t => LangfuseTraceJson.Of(t, parts)), page, limit, total));
    }

    private static async Task<IResult> TraceAsync(HttpContext context, LangfuseReader reader, ScoreReader scores)
    {
        var (projectId, traceId) = (context.GetProjectId(), RoutePath.Id(context));
        if (await reader.TraceAsync(projectId, traceId, context.RequestAborted) is not { } trace)
            return NotFound("trace");
        var observations = await reader.PageAsync(projectId, new LangfuseObservationFilter { TraceId = traceId, WithUnstarted = true }, MaxOfTrace, LangfuseObservationParts.All, context.RequestAborted);
        var (given, _) = await scores.ListAsync(projectId, new ScoreFilter { TraceId = traceId }, 0, MaxOfTrace, context.RequestAborted);
        var json = LangfuseTraceJson.Of(trace, LangfuseTraceParts.All);
        json["observations"] = new JsonArray([.. observations.Reverse().Select(LangfuseObservationJson.Of)]);
        json["scores"] = new JsonArray([.. given.Select(LangfuseJson.Score)]);
        return TypedResults.Json(json);
    }

    private static async Task<IResult> ObservationsAsync(HttpContext context, LangfuseReader reader)
    {
        var query = new LangfuseQuery(context.Request.Query);
        var (page, limit) = (query.Page, query.Limit());
        var filter = ObservationFilter(query);
        if (query.Errors.Count > 0)
            return LangfuseResult.Invalid([.. query.Errors]);
        var (items, total) = await reader.ObservationsAsync(context.GetProjectId(), filter, (page - 1) * limit, limit, context.RequestAborted);
        return TypedResults.Json(LangfuseJson.Page(items.Select(LangfuseObservationJson.Of), page, limit, total));
    }

    private static async Task<IResult> ObservationAsync(HttpContext context, LangfuseReader reader) =>
        await reader.PageAsync(context.GetProjectId(), new LangfuseObservationFilter { Id = RoutePath.Id(context), WithUnstarted = true }, 1, LangfuseObservationParts.All, context.RequestAborted) is [var observation]
            ? TypedResults.Json(LangfuseObservationJson.Of(observation))
            : NotFound("observation");

    private static async Task<IResult> ObservationPageAsync(HttpContext context, LangfuseReader reader)
    {
        var query = new LangfuseQuery(context.Request.Query);
        var limit = query.Limit(MaxCursorLimit);
        var groups = query.List("fields").ToHashSet(StringComparer.Ordinal) is { Count: > 0 } asked ? asked : s_defaultGroups;
        if (!groups.IsSubsetOf(s_groups))
            query.Errors.Add($"fields must be of {string.Join(", ", s_groups)}.");
        var filter = ObservationFilter(query);
        if (query.Text("cursor") is { } cursor)
        {
            filter = filter with { After = Decode(cursor) };
            if (filter.After is null)
                query.Errors.Add("cursor must be the meta.cursor of the page before.");
        }

        if (query.Errors.Count > 0)
            return LangfuseResult.Invalid([.. query.Errors]);
        var items = await reader.PageAsync(context.GetProjectId(), filter, limit + 1, PartsOf(groups), context.RequestAborted);
        var expanded = query.List("expandMetadata").ToHashSet(StringComparer.Ordinal);
        var meta = new JsonObject();
        if (items.Count > limit)
            meta["cursor"] = Encode(items[limit - 1]);
        return TypedResults.Json(new JsonObject
        {
            ["data"] = new JsonArray([.. items.Take(limit).Select(o => LangfuseObservationJson.Of(o, groups, expanded))]),
            ["meta"] = meta,
        });
    }

    private static LangfuseObservationParts PartsOf(HashSet<string> groups) =>
        (groups.Contains("io") ? LangfuseObservationParts.Io : 0)
        | (groups.Overlaps(["metadata", "model", "usage"]) ? LangfuseObservationParts.Attributes : 0)
        | (groups.Contains("basic") ? LangfuseObservationParts.Said : 0);

    private static async Task<IResult> SessionsAsync(HttpContext context, LangfuseReader reader)
    {
        var query = new LangfuseQuery(context.Request.Query);
        var (page, limit) = (query.Page, query.Limit());
        var filter = new LangfuseTraceFilter { From = query.Time("fromTimestamp"), To = query.Time("toTimestamp"), Environments = query.Texts("environment") };
        if (query.Errors.Count > 0)
            return LangfuseResult.Invalid([.. query.Errors]);
        var projectId = context.GetProjectId();
        var (items, total) = await reader.SessionsAsync(projectId, filter, (page - 1) * limit, limit, context.RequestAborted);
        return TypedResults.Json(LangfuseJson.Page(items.Select(s => LangfuseTraceJson.Of(s, projectId)), page, limit, total));
    }

    private static async Task<IResult> SessionAsync(HttpContext context, LangfuseReader reader)
    {
        var projectId = context.GetProjectId();
        var filter = new LangfuseTraceFilter { SessionId = RoutePath.Id(context) };
        var (sessions, _) = await reader.SessionsAsync(projectId, filter, 0, 1, context.RequestAborted);
        var (traces, _) = await reader.TracesAsync(projectId, filter, LangfuseTraceOrder.Default, 0, MaxOfTrace, LangfuseTraceParts.Io, context.RequestAborted);
        if (sessions is not [var session])
            return NotFound("session");
        var json = LangfuseTraceJson.Of(session, projectId);
        json["traces"] = new JsonArray([.. traces.Select(t => LangfuseTraceJson.Of(t, LangfuseTraceParts.Io | LangfuseTraceParts.Metrics))]);
        return TypedResults.Json(json);
    }

    private static async Task<IResult> ProjectsAsync(HttpContext context, LangfuseReader reader)
    {
        var project = await reader.ProjectAsync(context.GetProjectId(), context.RequestAborted);
        var id = context.GetProjectId().ToString(CultureInfo.InvariantCulture);
        return TypedResults.Json(new JsonObject
        {
            ["data"] = new JsonArray(new JsonObject
            {
                ["id"] = id,
                ["name"] = project?.Name,
                ["organization"] = new JsonObject { ["id"] = id, ["name"] = project?.Name },
                ["metadata"] = new JsonObject(),
            }),
        });
    }

    private static LangfuseTraceFilter TraceFilter(LangfuseQuery query)
    {
        RefuseFilter(query);
        return new LangfuseTraceFilter
        {
            UserId = query.Text("userId"),
            Name = query.Text("name"),
            SessionId = query.Text("sessionId"),
            From = query.Time("fromTimestamp"),
            To = query.Time("toTimestamp"),
            Tags = query.Texts("tags"),
            Version = query.Text("version"),
            Release = query.Text("release"),
            Environments = query.Texts("environment"),
        };
    }

    private static LangfuseObservationFilter ObservationFilter(LangfuseQuery query)
    {
        RefuseFilter(query);
        var level = query.Text("level");
        if (level is not (null or "ERROR"))
            query.Errors.Add("level can be ERROR only here: the other levels are not indexed. Leave it away and look at level in the answer.");
        if (query.Text("version") is not null)
            query.Errors.Add("version is not indexed for observations. Leave it away and look at version in the answer.");
        var kinds = query.Text("type") is { } type ? LangfuseObservationJson.KindsOf(type) : [];
        if (kinds is null)
            query.Errors.Add($"type must be one of {LangfuseObservationJson.KnownTypes}.");
        return new LangfuseObservationFilter
        {
            TraceId = query.Text("traceId"),
            Name = query.Text("name"),
            UserId = query.Text("userId"),
            Kinds = kinds ?? [],
            ErrorsOnly = level is not null,
            ParentId = query.Text("parentObservationId"),
            Environments = query.Texts("environment"),
            From = query.Time("fromStartTime"),
            To = query.Time("toStartTime"),
        };
    }

    private static LangfuseTraceParts Parts(LangfuseQuery query)
    {
        var names = query.List("fields");
        if (names.Count == 0)
            return LangfuseTraceParts.All;
        var parts = LangfuseTraceParts.None;
        foreach (var name in names)
        {
            if (name == "core")
                continue;
            if (name is "io" or "scores" or "observations" or "metrics" && Enum.TryParse<LangfuseTraceParts>(name, ignoreCase: true, out var part))
                parts |= part;
            else
                query.Errors.Add("fields must be of core, io, scores, observations, metrics.");
        }

        return parts;
    }

    /// <summary>It would be wrong to answer as if it were not there.</summary>
    private static void RefuseFilter(LangfuseQuery query)
    {
        if (query.Text("filter") is not null)
            query.Errors.Add("filter is not supported yet; use the other parameters.");
    }

    private static string Encode(LangfuseObservation last) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["lastStartTimeTo"] = (last.Span.StartTime ?? 0).ToString(CultureInfo.InvariantCulture),
        ["lastTraceId"] = last.Trace.TraceId,
        ["lastId"] = last.Span.SpanId,
    }, s_plain));

    private static (long, string, string)? Decode(string cursor)
    {
        var bytes = new byte[cursor.Length];
        if (!Convert.TryFromBase64String(cursor, bytes, out var length))
            return null;
        var text = bytes.AsMemory(0, length);
        if (!Utf8.IsValid(text.Span) || !JsonEscapes.IsClean(text.Span))
            return null;
        try
        {
            var json = JsonMembers.Read(JsonSlice.Parse(text));
            return Text(json, "lastStartTimeTo") is { } time && long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var start)
                && Text(json, "lastTraceId") is { } traceId && Text(json, "lastId") is { } id ? (start, traceId, id) : null;
        }
        catch (JsonException)
        {
            return null;
        }

        static string? Text(JsonMembers json, string name) => json.Get(name) is { ValueKind: JsonValueKind.String } value ? value.Text(Ids.MaxLength) : null;
    }

    private static LangfuseResult NotFound(string what) => LangfuseResult.Failure(StatusCodes.Status404NotFound, $"There is no such {what} in this project.");
}
