using System.Globalization;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Observations in the form of Langfuse's API. Unknown costs are null, where Langfuse says 0.</summary>
internal static class LangfuseObservationJson
{
    private const string RequestPrefix = "gen_ai.request.";

    private static readonly Dictionary<string, SpanKind[]> s_kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SPAN"] = [SpanKind.Span],
        ["GENERATION"] = [SpanKind.Generation],
        ["EVENT"] = [SpanKind.Event],
        ["AGENT"] = [SpanKind.Agent],
        ["TOOL"] = [SpanKind.Tool],
        ["CHAIN"] = [SpanKind.Chain],
        ["RETRIEVER"] = [SpanKind.Retriever, SpanKind.Reranker], // it has no word for the latter
        ["EVALUATOR"] = [SpanKind.Evaluator],
        ["EMBEDDING"] = [SpanKind.Embedding],
        ["GUARDRAIL"] = [SpanKind.Guardrail],
    };

    public static string KnownTypes => string.Join(", ", s_kinds.Keys);

    public static SpanKind[]? KindsOf(string type) => s_kinds.GetValueOrDefault(type);

    /// <summary>As in version 1 of the API and within a trace.</summary>
    public static JsonObject Of(LangfuseObservation observation)
    {
        var (span, attributes) = (observation.Span, Attributes(observation));
        var call = SpanRowMapper.ToFacts(span).AsCall();
        var usage = call.Usage;
        var costs = CostDetails(call, span, observation.Prices, attributes);
        return new JsonObject
        {
            ["id"] = span.SpanId,
            ["traceId"] = observation.Trace.TraceId,
            ["type"] = TypeOf(span),
            ["name"] = span.Name,
            ["startTime"] = Iso8601.Format(StartOf(span)),
            ["endTime"] = Iso8601.Format(SpanFacts.EndOf(span.StartTime, span.EndTime)),
            ["completionStartTime"] = Iso8601.Format(call.FirstTokenTime),
            ["model"] = call.Model,
            ["modelParameters"] = Parameters(attributes),
            ["input"] = LangfuseJson.Value(observation.Input),
            ["output"] = LangfuseJson.Value(observation.Output),
            ["metadata"] = Metadata(observation, attributes),
            ["level"] = LevelOf(span, attributes),
            ["statusMessage"] = span.StatusMessage,
            ["version"] = attributes?[LangfuseAttributes.Version]?.DeepClone(),
            ["parentObservationId"] = span.ParentSpanId,
            ["environment"] = observation.Trace.Environment,
            ["promptId"] = null,
            ["promptName"] = span.PromptName,
            ["promptVersion"] = PromptVersion(span),
            ["usage"] = Usage(usage),
            ["usageDetails"] = UsageDetails(usage),
            ["costDetails"] = costs,
            ["modelId"] = null,
            ["inputPrice"] = null,
            ["outputPrice"] = null,
            ["totalPrice"] = null,
            ["calculatedInputCost"] = Sum(costs, "input"),
            ["calculatedOutputCost"] = Sum(costs, "output"),
            ["calculatedTotalCost"] = costs["total"]?.DeepClone(),
            ["latency"] = LangfuseJson.Seconds(SpanFacts.EndOf(span.StartTime, span.EndTime) - span.StartTime),
            ["timeToFirstToken"] = LangfuseJson.Seconds(call.FirstTokenTime - call.StartTime),
            ["promptTokens"] = usage?.InputTotal,
            ["completionTokens"] = usage?.OutputTotal,
            ["totalTokens"] = usage?.Total,
            ["usagePricingTierId"] = null,
            ["usagePricingTierName"] = null,
            ["createdAt"] = Iso8601.Format(span.ReceivedAt),
            ["updatedAt"] = Iso8601.Format(span.ReceivedAt),
        };
    }

    /// <summary>As in version 2: only the groups of fields that were asked for; input and output as texts.</summary>
    public static JsonObject Of(LangfuseObservation observation, IReadOnlySet<string> groups, IReadOnlySet<string> expanded)
    {
        var (span, trace) = (observation.Span, observation.Trace);
        var whole = Of(observation);
        var json = new JsonObject();
        Take("core", "id", "traceId", "startTime", "endTime");
        Set("core", "projectId", () => span.ProjectId.ToString(CultureInfo.InvariantCulture));
        Take("core", "parentObservationId", "type");
        Take("basic", "name", "level", "statusMessage", "version", "environment");
        Set("basic", "bookmarked", () => false);
        Set("basic", "public", () => OwnTrace.Of(trace)?.Update.IsPublic == true);
        Set("basic", "userId", () => trace.UserId);
        Set("basic", "sessionId", () => trace.SessionId);
        Set("basic", "isRootObservation", () => span.ParentSpanId is null);
        Take("time", "completionStartTime", "createdAt", "updatedAt");
        Set("io", "input", () => observation.Input);
        Set("io", "output", () => observation.Output);
        Set("metadata", "metadata", () => Shortened(whole["metadata"]!.AsObject(), expanded));
        Set("model", "providedModelName", () => whole["model"]?.DeepClone());
        Set("model", "internalModelId", () => null);
        Take("model", "modelParameters");
        Take("usage", "usageDetails", "costDetails");
        Set("usage", "totalCost", () => whole["calculatedTotalCost"]?.DeepClone());
        Take("usage", "usagePricingTierName");
        Take("prompt", "promptId", "promptName", "promptVersion");
        Take("metrics", "latency", "timeToFirstToken");
        Set("trace_context", "tags", () => LangfuseJson.Value(trace.Tags) ?? new JsonArray());
        Set("trace_context", "release", () => trace.Release);
        Set("trace_context", "traceName", () => trace.Name);
        return json;

        void Take(string group, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (groups.Contains(group))
                    json[name] = whole[name]?.DeepClone();
            }
        }

        void Set(string group, string name, Func<JsonNode?> value)
        {
            if (groups.Contains(group))
                json[name] = value();
        }
    }

    public static long StartOf(SpanRow span) => span.StartTime ?? span.ReceivedAt;

    private static string TypeOf(SpanRow span) => s_kinds.First(k => k.Value.Contains((SpanKind)span.Kind)).Key;

    private static string LevelOf(SpanRow span, JsonObject? attributes) =>
        attributes?[LangfuseAttributes.Level] is JsonValue level && level.TryGetValue<string>(out var word) && LangfuseLevel.Of(word) is { } known ? known
        : span.Status == (short)SpanStatus.Error ? LangfuseLevel.Error : LangfuseLevel.Default;

    private static JsonObject? Attributes(LangfuseObservation observation) => LangfuseJson.Object(observation.Attributes);

    private static JsonNode? PromptVersion(SpanRow span) =>
        int.TryParse(span.PromptVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : span.PromptVersion;

    private static JsonObject Parameters(JsonObject? attributes)
    {
        if (Given(attributes, LangfuseAttributes.ModelParameters) is { } given)
            return given;
        var parameters = new JsonObject();
        foreach (var (key, value) in attributes ?? [])
        {
            if (key.StartsWith(RequestPrefix, StringComparison.Ordinal) && key != RequestPrefix + "model")
                parameters[key[RequestPrefix.Length..]] = value?.DeepClone();
        }

        return parameters;
    }

    /// <summary>What the client called metadata, and beside it what else came as attributes.</summary>
    private static JsonObject Metadata(LangfuseObservation observation, JsonObject? attributes)
    {
        var metadata = Given(attributes, LangfuseAttributes.Metadata) ?? [];
        var others = new JsonObject();
        foreach (var (key, value) in attributes ?? [])
        {
            if (key.StartsWith(LangfuseAttributes.Metadata + '.', StringComparison.Ordinal))
                metadata.TryAdd(key[(LangfuseAttributes.Metadata.Length + 1)..], value?.DeepClone());
            else if (!key.StartsWith("langfuse.", StringComparison.Ordinal))
                others[key] = value?.DeepClone();
        }

        if (others.Count > 0)
            metadata.TryAdd("attributes", others);
        if (LangfuseJson.Value(observation.Resource) is { } resource)
            metadata.TryAdd("resourceAttributes", resource);
        return metadata;
    }

    private static JsonObject Shortened(JsonObject metadata, IReadOnlySet<string> expanded)
    {
        const int most = 200;
        var json = new JsonObject();
        foreach (var (key, value) in metadata)
        {
            var text = value is JsonValue plain && plain.TryGetValue<string>(out var own) ? own : value?.ToJsonString();
            json[key] = text is not null && text.Length > most && !expanded.Contains(key) ? StorableText.Shorten(text, most) : value?.DeepClone();
        }

        return json;
    }

    /// <summary>In the older form, which has one unit for all.</summary>
    private static JsonObject Usage(TokenUsage? usage)
    {
        var others = UsageCounts.Read(usage?.Other);
        if (usage is { Total: null } && LangfuseUsage.Units.FirstOrDefault(u => others.Keys.Any(k => k.EndsWith('_' + u, StringComparison.OrdinalIgnoreCase))) is { } unit)
        {
            return new JsonObject { ["input"] = Of("input"), ["output"] = Of("output"), ["total"] = Of("total"), ["unit"] = unit };

            JsonNode? Of(string name) => others.TryGetValue($"{name}_{unit.ToLowerInvariant()}", out var count) ? count : null;
        }

        return new JsonObject { ["input"] = usage?.InputTotal, ["output"] = usage?.OutputTotal, ["total"] = usage?.Total, ["unit"] = usage is null ? null : "TOKENS" };
    }

    private static JsonObject UsageDetails(TokenUsage? usage)
    {
        var details = new JsonObject();
        if (usage is null)
            return details;
        foreach (var (name, bucket) in LangfuseUsage.Names)
        {
            if (bucket != TokenBucket.Request && TokenBuckets.Of(usage, bucket) is { } count)
                details[name] = count;
        }

        if (usage.Total is { } total)
            details["total"] = total;
        foreach (var (name, count) in UsageCounts.Read(usage.Other))
            details.TryAdd(name, count);
        return details;
    }

    /// <summary>Empty for a call that does not count, so that whoever adds observations up has what the trace says.</summary>
    private static JsonObject CostDetails(SpanFacts call, SpanRow span, PriceBook? prices, JsonObject? attributes)
    {
        if (!call.Counted || call.Cost.Amount is not { } total)
            return [];
        var details = call.Cost.Source == CostSource.Reported ? Given(attributes, LangfuseAttributes.CostDetails) ?? [] : [];
        if (call.Cost.Source == CostSource.Computed && prices is not null)
        {
            var ledger = prices.Explain(
                call.Cost, call.Provider, call.Model, call.RequestModel, call.Usage, call.ServiceTier, UnixNanos.ToDateTimeOffset(StartOf(span)));
            foreach (var line in ledger.Lines)
                details[LangfuseUsage.Names.First(b => b.Bucket == line.Bucket).Name] = line.Usd;
        }

        details["total"] = total;
        return details;
    }

    /// <summary>What one side cost; null when no part of it is known.</summary>
    private static decimal? Sum(JsonObject costs, string side)
    {
        decimal? sum = null;
        foreach (var (name, cost) in costs)
        {
            if (name.StartsWith(side, StringComparison.Ordinal) && cost is JsonValue value && value.TryGetValue<decimal>(out var usd))
                sum = (sum ?? 0) + usd;
        }

        return sum;
    }

    /// <summary>An attribute that is an object, or a text of one.</summary>
    private static JsonObject? Given(JsonObject? attributes, string name)
    {
        var value = attributes?[name];
        return value is JsonValue text && text.TryGetValue<string>(out var json) ? LangfuseJson.Object(json) : value?.DeepClone() as JsonObject;
    }
}
