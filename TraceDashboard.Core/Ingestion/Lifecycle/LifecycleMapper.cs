using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Which of the three calls; the number is the class of its version.</summary>
internal enum LifecycleCall : byte
{
    Start = 0,
    Update = 1,
    Complete = 2,
}

/// <summary>Where a call came in.</summary>
/// <param name="ParentSpanId">From the traceparent header; null without one.</param>
/// <param name="ReceivedAt">In nanoseconds since the Unix epoch.</param>
internal readonly record struct LifecycleOrigin(int ProjectId, string TraceId, string? ParentSpanId, long ReceivedAt);

/// <summary>
/// Turns bodies into updates. Pure. What a call does not say but implies (a completed call is ok, one with a model is a
/// generation) is given a version below all that is said, so that it never stands against a word of any other call.
/// </summary>
internal sealed class LifecycleMapper(LifecycleOrigin origin, LifecycleCall call, TraceContext request, ReadOnlyMemory<byte> body, IngestionOptions limits, ApiErrors errors)
{
    private static readonly UpdateVersion Implied = new(0, long.MinValue, 0);
    private static readonly byte[] LifecycleOriginJson = "{\"protocol\":\"gateway\"}"u8.ToArray();

    private readonly ulong _bodyHash = XxHash3.HashToUInt64(body.Span, (long)call);
    private long? _said;

    /// <summary>The addressed span first; empty when there are errors. To be called once.</summary>
    public IngestBatch Map(out string spanId)
    {
        _said = errors.ReadTime(request.Timestamp, "timestamp");
        var version = new UpdateVersion((byte)call, _said ?? origin.ReceivedAt, NotNegative(request.Sequence, "sequence") ?? 0);
        var rootId = LifecycleIds.RootSpanId(origin.TraceId);
        spanId = Id(request.SpanId, "spanId") ?? rootId;

        var span = Span(spanId, request, version, "");
        if (request.ParentSpanId is null && origin.ParentSpanId is not null && origin.ParentSpanId != spanId)
            span.ParentSpanId = origin.ParentSpanId;
        if (call == LifecycleCall.Start && !span.Has(SpanField.StartTime))
            span.StartTime = _said ?? origin.ReceivedAt;
        if (call == LifecycleCall.Complete)
            Complete(span);
        AddChunk(span);

        var spans = new List<SpanUpdate> { span };
        var children = (request as TraceProgress)?.Spans ?? [];
        for (var i = 0; i < children.Count; i++)
        {
            if (children[i] is { } child)
                spans.Add(Child(child, i, spanId, version));
            else
                errors.Add($"spans[{i}]", "must be a JSON object, not null");
        }

        var trace = Trace(version, spanId == rootId ? span : null);
        return errors.Any ? new IngestBatch(origin.ProjectId, [], []) : new IngestBatch(origin.ProjectId, spans, trace.Fields == 0 ? [] : [trace]);
    }

    private SpanUpdate Child(LifecycleSpan child, int index, string parentId, UpdateVersion version)
    {
        var path = $"spans[{index}].";
        var id = Id(child.SpanId, path + "spanId") ?? LifecycleIds.ChildSpanId(origin.TraceId, _bodyHash, index);

        // An ended child is as final as a completed call.
        var span = Span(id, child, child.EndTime is null ? version : version with { Class = (byte)LifecycleCall.Complete }, path);
        if (child.ParentSpanId is null && id != parentId)
            span.ParentSpanId = parentId;
        if (child.StartTime is null && child.EndTime is null)
            span.StartTime = _said ?? origin.ReceivedAt;
        return span;
    }

    private void Complete(SpanUpdate span)
    {
        if (!span.Has(SpanField.EndTime))
        {
            span.EndTime = _said ?? origin.ReceivedAt;

            // Sent again, the same call arrives later: of times of arrival the first one is to stay.
            if (_said is null)
                SetVersion(span, SpanField.EndTime, UpdateVersion.Measured(origin.ReceivedAt, (byte)LifecycleCall.Complete));
        }

        if (!span.Has(SpanField.Status))
            Imply(span, SpanField.Status, span.Status = SpanStatus.Ok);
    }

    private void AddChunk(SpanUpdate span)
    {
        if (request is not TraceProgress { OutputDelta: { } range })
            return;
        var delta = range.Of(body);
        if (delta.ValueKind != JsonValueKind.String)
        {
            errors.Add("outputDelta", "must be a text");
            return;
        }

        if (request.Sequence is not { } sequence)
        {
            errors.Add("sequence", "is needed beside outputDelta; number the pieces 0, 1, 2 …");
            return;
        }

        span.Chunks = [new OutputChunk(sequence, JsonContent.TextOf(delta, limits.MaxFieldBytes))];
        if (!span.Has(SpanField.Streaming))
            Imply(span, SpanField.Streaming, span.Streaming = true);
        if (!delta.IsEmpty && !span.Has(SpanField.FirstTokenTime))
            SetVersion(span, SpanField.FirstTokenTime, UpdateVersion.Measured((span.FirstTokenTime = _said ?? origin.ReceivedAt).Value));
    }

    private TraceUpdate Trace(UpdateVersion version, SpanUpdate? root)
    {
        var trace = new TraceUpdate { ProjectId = origin.ProjectId, TraceId = origin.TraceId, Version = version, OfSpans = true };
        if (request.UserId is { } user)
            trace.UserId = Ids.Cut(user);
        if (request.SessionId is { } session)
            trace.SessionId = Ids.Cut(session);
        if (Name(request.Environment) is { Length: > 0 } environment)
            trace.Environment = environment.ToLowerInvariant();
        if (Name(request.Release) is { } release)
            trace.Release = release;
        if (Name(request.Version) is { } appVersion)
            trace.AppVersion = appVersion;
        if (request.Tags is { } tags)
            trace.Tags = [.. tags.Select(Name).OfType<string>().Where(t => t.Length > 0)];
        if (JsonObject(request.Metadata, "metadata") is { } metadata)
            trace.Metadata = metadata;
        if (root?.Input is { } input && Preview.OfInput(input) is { } inputPreview)
            trace.InputPreview = inputPreview;
        if (root?.Output is { } output && Preview.OfOutput(output) is { } outputPreview)
            trace.OutputPreview = outputPreview;
        return trace;
    }

    private SpanUpdate Span(string id, SpanFields said, UpdateVersion version, string path)
    {
        var span = new SpanUpdate
        {
            ProjectId = origin.ProjectId,
            TraceId = origin.TraceId,
            SpanId = id,
            Version = version,
            Hash = (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()), (long)_bodyHash),
        };

        // Where a span came from is a content: with it, each piece of a stream would have all contents of its span written again.
        if (said is not UpdateTraceRequest)
            span.Origin = LifecycleOriginJson;
        SetNames(span, said, path);
        SetTimes(span, said, path);
        SetOutcome(span, said, path);
        SetContents(span, said, path);
        if (said.Usage is { } usage && LifecycleUsageBuckets.From(usage, path + "usage.", errors) is { } buckets)
            span.Usage = buckets;
        if (said.Cost is { } cost)
            span.ReportedCost = cost is >= 0 and <= 9_000_000 ? cost : Refuse<decimal?>(path + "cost", "must be between 0 and 9000000 USD");
        if (said.Streaming is { } streaming)
            span.Streaming = streaming;
        else if (span.FirstTokenTime is not null)
            Imply(span, SpanField.Streaming, span.Streaming = true);
        if (LifecycleWords.TryKind(said.Kind, path + "kind", errors) is { } kind)
            span.Kind = kind;
        else if (said.Kind is null && (said.Model ?? said.ResponseModel ?? said.ModelProvider) is not null | said.Usage is not null)
            Imply(span, SpanField.Kind, span.Kind = SpanKind.Generation);
        return span;
    }

    private void SetNames(SpanUpdate span, SpanFields said, string path)
    {
        if (Id(said.ParentSpanId, path + "parentSpanId") is { } parent)
            span.ParentSpanId = parent == span.SpanId ? Refuse<string?>(path + "parentSpanId", "is the span itself; name another span, or leave it away") : parent;
        if (Name(said.Name) is { } name)
            span.Name = name;
        if (Name(said.ModelProvider) is { } provider)
            span.Provider = provider;
        if (Name(said.Model) is { } model)
            span.RequestModel = model;
        if (Name(said.ResponseModel) is { } responseModel)
            span.ResponseModel = responseModel;
        if (Name(said.ResponseId) is { } responseId)
            span.ResponseId = responseId;
        if (Name(said.ServiceTier) is { } tier)
            span.ServiceTier = tier;
        if (Name(said.ToolName) is { } tool)
            span.ToolName = tool;
        if (Name(said.ToolCallId) is { } toolCall)
            span.ToolCallId = toolCall;
        if (Name(said.AgentName) is { } agent)
            span.AgentName = agent;
        if (Name(said.PromptId) is { } prompt)
            span.PromptName = prompt;
        if (Name(said.PromptVersion) is { } promptVersion)
            span.PromptVersion = promptVersion;
    }

    private void SetTimes(SpanUpdate span, SpanFields said, string path)
    {
        if (errors.ReadTime(said.StartTime, path + "startTime") is { } start)
            span.StartTime = start;
        if (errors.ReadTime(said.EndTime, path + "endTime") is { } end)
            span.EndTime = end;
        if (errors.ReadTime(said.FirstTokenAt, path + "firstTokenAt") is { } first)
            span.FirstTokenTime = first;
    }

    private void SetOutcome(SpanUpdate span, SpanFields said, string path)
    {
        if (Name(said.FinishReason) is { } finish)
            span.FinishReason = finish;
        if (said.Error is { } error && LifecycleWords.Error(error.Of(body), path + "error", limits, errors) is { } what)
        {
            span.Status = SpanStatus.Error;
            if (Name(what.Type) is { } type)
                span.ErrorType = type;
            if (what.Message is { } message)
                span.StatusMessage = message;
        }

        if (LifecycleWords.TryStatus(said.Status, path + "status", errors) is { } status)
            span.Status = status;
    }

    private void SetContents(SpanUpdate span, SpanFields said, string path)
    {
        if (said.Input is { } input)
            span.Input = JsonContent.Of(input.Of(body), limits.MaxFieldBytes);
        if (said.Output is { } output)
            span.Output = JsonContent.Of(output.Of(body), limits.MaxFieldBytes);
        if (JsonObject(said.Attributes, path + "attributes") is { } attributes)
            span.Attributes = attributes;
        if (said.Events is { Count: > 0 } events)
            span.Events = LifecycleEvents.ToJson(events, body, limits.MaxFieldBytes, _said, path, Name, errors);
    }

    private byte[]? JsonObject(JsonRange? value, string path)
    {
        if (value?.Of(body) is not { } json)
            return null;
        if (json.ValueKind != JsonValueKind.Object)
            return Refuse<byte[]?>(path, "must be a JSON object");
        if (json.Raw.Length > limits.MaxFieldBytes)
            return Refuse<byte[]?>(path, $"is {json.Raw.Length} bytes long; {limits.MaxFieldBytes} are the most (Ingestion:MaxFieldBytes)");
        return JsonContent.HasMoreMembers(json.Raw, limits.MaxSpanItems)
            ? Refuse<byte[]?>(path, $"has more than {limits.MaxSpanItems} keys (Ingestion:MaxSpanItems)")
            : json.Raw.ToArray();
    }

    private string? Id(string? id, string path)
    {
        if (id is null)
            return null;
        return Ids.IsValid(id) ? id : Refuse<string?>(path, Ids.Rule);
    }

    private long? NotNegative(long? value, string path) => value < 0 ? Refuse<long?>(path, "must not be negative") : value;

    private string? Name(string? text) => text is null ? null : StorableText.Shorten(text, limits.MaxNameLength);

    private T? Refuse<T>(string path, string message)
    {
        errors.Add(path, message);
        return default;
    }

    private static void Imply<T>(SpanUpdate span, SpanField field, T _) => SetVersion(span, field, Implied);

    private static void SetVersion(SpanUpdate span, SpanField field, UpdateVersion version) =>
        (span.FieldVersions ??= [])[(byte)field] = version;
}
