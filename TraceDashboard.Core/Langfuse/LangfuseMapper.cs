using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Core.Langfuse;

/// <summary>
/// Turns events into updates. Pure. What an event implies but does not say (a span-update is about a span, a first token
/// about a stream) is given a version below all that is said.
/// </summary>
internal sealed class LangfuseMapper(int projectId, IngestionOptions limits)
{
    private static readonly byte[] s_origin = "{\"protocol\":\"langfuse\"}"u8.ToArray();
    private static readonly UpdateVersion s_implied = new(0, long.MinValue, 0);

    /// <summary>Null with errors when the body is not what it should be.</summary>
    public TraceUpdate? MapTrace(LangfuseEvent e, List<string> errors)
    {
        var body = new LangfuseFields(JsonMembers.Read(e.Body), "body.", errors);
        var trace = new TraceUpdate
        {
            ProjectId = projectId,
            TraceId = body.Id("id") ?? Derive("trace", e.Id, 16),
            Version = e.Version,
            Timestamp = body.Time("timestamp") ?? e.Timestamp,
        };
        if (Name(body, "name", out var name))
            trace.Name = name;
        if (body.TryText("userId", out var user))
            trace.UserId = user is null ? null : Ids.Cut(user);
        if (body.TryText("sessionId", out var session))
            trace.SessionId = session is null ? null : Ids.Cut(session);
        if (Name(body, "release", out var release))
            trace.Release = release;
        if (Name(body, "version", out var version))
            trace.AppVersion = version;
        if (Name(body, "externalId", out var externalId))
            trace.ExternalId = externalId;
        // Of environments the lowest version stays, so this one must not be higher than those of observations.
        if (body.Text("environment") is { } environment)
            SetVersion(trace, (byte)TraceField.Environment, trace.Environment = LangfuseEnvironment.Normalise(environment), e.Version with { Class = LangfuseEvent.ObservationClass });
        trace.IsPublic = body.Get("public") switch
        {
            null or { ValueKind: JsonValueKind.Null or JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            _ => body.Fail("public", "must be true or false"),
        };
        if (Tags(body) is { } tags)
            trace.Tags = tags;
        if (body.TryMetadata(limits, out var metadata))
            trace.Metadata = metadata;
        if (body.Content("input", limits.MaxFieldBytes) is { } input)
            (trace.Input, trace.InputPreview) = (input, Preview.OfInput(input));
        if (body.Content("output", limits.MaxFieldBytes) is { } output)
            (trace.Output, trace.OutputPreview) = (output, Preview.OfOutput(output));
        return errors.Count == 0 ? trace : null;
    }

    /// <summary>Null with errors when the body is not what it should be. The trace is null when the observation says nothing of it.</summary>
    /// <param name="e">The event.</param>
    /// <param name="raw">Its bytes, for the hash.</param>
    /// <param name="errors">What is wrong with it.</param>
    public (SpanUpdate Span, TraceUpdate? Trace)? MapObservation(LangfuseEvent e, ReadOnlySpan<byte> raw, List<string> errors)
    {
        var body = new LangfuseFields(JsonMembers.Read(e.Body), "body.", errors);
        var id = body.Id("id") ?? Derive("observation", e.Id, 8);
        var span = new SpanUpdate
        {
            ProjectId = projectId,
            TraceId = body.Id("traceId") ?? Derive("trace of", id, 16),
            SpanId = id,
            Version = e.Version,
            Hash = (long)XxHash3.HashToUInt64(raw),
            Origin = s_origin,
        };
        SetKind(span, e, body);
        SetNames(span, body);
        SetTimes(span, e, body);
        SetModel(span, body);
        SetLevel(span, body);
        if (body.Content("input", limits.MaxFieldBytes) is { } input)
            span.Input = input;
        if (body.Content("output", limits.MaxFieldBytes) is { } output)
            span.Output = output;
        if (Attributes(body) is { } attributes)
            span.Attributes = attributes;
        var trace = TraceOf(span, e, body);
        return errors.Count == 0 ? (span, trace) : null;
    }

    private TraceUpdate? TraceOf(SpanUpdate span, LangfuseEvent e, LangfuseFields body)
    {
        var trace = new TraceUpdate { ProjectId = projectId, TraceId = span.TraceId, Version = e.Version, OfSpans = true };
        if (body.Text("environment") is { } environment)
            trace.Environment = LangfuseEnvironment.Normalise(environment);

        // An update does not tell whether its observation is a root. Of several roots, the first asked and the last answered.
        if (!e.IsUpdate && span.ParentSpanId is null && span.Kind != SpanKind.Event)
        {
            var start = span.StartTime ?? e.Timestamp;
            if (span.Input is { } input && Preview.OfInput(input) is { } asked)
                SetVersion(trace, (byte)TraceField.InputPreview, trace.InputPreview = asked, new UpdateVersion(0, -start, 0));
            if (span.Output is { } output && Preview.OfOutput(output) is { } answered)
                SetVersion(trace, (byte)TraceField.OutputPreview, trace.OutputPreview = answered, new UpdateVersion(0, start, 0));
        }

        return trace.Fields == 0 ? null : trace;
    }

    private static void SetKind(SpanUpdate span, LangfuseEvent e, LangfuseFields body)
    {
        var kind = e.Kind;
        if (kind is null)
        {
            if (Enum.TryParse<SpanKind>(body.Text("type"), ignoreCase: true, out var named) && Enum.IsDefined(named))
                kind = named;
            else
                body.Fail("type", "must be GENERATION, SPAN or EVENT");
        }

        if (e.IsUpdate)
            SetVersion(span, (byte)SpanField.Kind, span.Kind = kind, s_implied);
        else
            span.Kind = kind;
    }

    private void SetNames(SpanUpdate span, LangfuseFields body)
    {
        if (Name(body, "name", out var name))
            span.Name = name;
        if (body.Id("parentObservationId") is { } parent && parent != span.SpanId)
            span.ParentSpanId = parent;
        if (Name(body, "model", out var model))
            span.RequestModel = model;
        if (!Name(body, "promptName", out var prompt) & !TryVersion(body, out var promptVersion))
            return;
        if (prompt is null != promptVersion is null)
            body.Fail("promptName", "and body.promptVersion belong together; send both or none");
        (span.PromptName, span.PromptVersion) = (prompt, promptVersion);
    }

    private static void SetTimes(SpanUpdate span, LangfuseEvent e, LangfuseFields body)
    {
        var start = body.Time("startTime");
        var hasEnd = body.TryTime("endTime", out var end);

        // Without a start the event's own time stands for it; what ended before that began before that too.
        span.StartTime = start ?? (end < e.Timestamp ? end : e.Timestamp);
        if (hasEnd)
            span.EndTime = end < start ? start : end;
        if (!body.TryTime("completionStartTime", out var first))
            return;
        span.FirstTokenTime = first;
        if (first is not null)
            SetVersion(span, (byte)SpanField.Streaming, span.Streaming = true, s_implied);
    }

    private static void SetModel(SpanUpdate span, LangfuseFields body)
    {
        _ = body.TryObject("usage", out var usage) | body.TryObject("usageDetails", out var details) | body.TryObject("costDetails", out var costs);
        var tokens = LangfuseUsage.From(Raw(details), Raw(usage));
        if (tokens is not null || IsNull(body, "usage") || IsNull(body, "usageDetails"))
            span.Usage = tokens;
        var cost = LangfuseUsage.CostOf(Raw(costs), Raw(usage));
        if (cost is not null || IsNull(body, "costDetails"))
            span.ReportedCost = cost;
    }

    private void SetLevel(SpanUpdate span, LangfuseFields body)
    {
        if (body.TryText("level", out var level))
        {
            if (level is not null && LangfuseLevel.Of(level) is null)
                body.Fail("level", "must be DEBUG, DEFAULT, WARNING or ERROR");
            span.Status = LangfuseLevel.Of(level) == LangfuseLevel.Error ? SpanStatus.Error : SpanStatus.Unset;
        }

        if (body.LongText("statusMessage", limits.MaxFieldBytes) is { } message)
            span.StatusMessage = message;
    }

    /// <summary>What has no field of its own; null when there is nothing.</summary>
    private byte[]? Attributes(LangfuseFields body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, JsonKeyMerge.WriterOptions);
        writer.WriteStartObject();
        var empty = writer.BytesPending;
        if (body.TryMetadata(limits, out var metadata))
        {
            writer.WritePropertyName(LangfuseAttributes.Metadata);
            writer.WriteRawValue(metadata ?? "null"u8.ToArray(), skipInputValidation: true);
        }

        if (body.TryText("level", out var level))
            writer.WriteString(LangfuseAttributes.Level, LangfuseLevel.Of(level));
        if (body.Text("version") is { } version)
            writer.WriteString(LangfuseAttributes.Version, StorableText.Shorten(version, limits.MaxNameLength));
        _ = body.TryObject("modelParameters", out _); // the others are checked where they are read
        Write(LangfuseAttributes.ModelParameters, body.Get("modelParameters"));
        Write(LangfuseAttributes.UsageDetails, body.Get("usageDetails") ?? body.Get("usage"));
        Write(LangfuseAttributes.CostDetails, body.Get("costDetails"));
        var any = writer.BytesPending > empty;
        writer.WriteEndObject();
        writer.Flush();
        return any ? buffer.WrittenSpan.ToArray() : null;

        void Write(string name, JsonSlice? value)
        {
            if (value is not { } json || json is { ValueKind: JsonValueKind.Object, IsEmpty: true })
                return;
            writer.WritePropertyName(name);
            writer.WriteRawValue(json.Raw, skipInputValidation: true);
        }
    }

    private string[]? Tags(LangfuseFields body)
    {
        if (body.Get("tags") is not { ValueKind: not JsonValueKind.Null } tags)
            return null;
        if (tags.ValueKind != JsonValueKind.Array || tags.Elements(limits.MaxSpanItems) is not { } texts || texts.Exists(t => t.ValueKind != JsonValueKind.String))
        {
            body.Fail("tags", $"must be an array of texts, {limits.MaxSpanItems} at most");
            return null;
        }

        return [.. texts.Select(t => StorableText.Shorten(t.Text(limits.MaxNameLength), limits.MaxNameLength)).Where(t => t.Length > 0)];
    }

    private bool Name(LangfuseFields body, string field, out string? name)
    {
        var isGiven = body.TryText(field, out name);
        name = name is null ? null : StorableText.Shorten(name, limits.MaxNameLength);
        return isGiven;
    }

    private static bool TryVersion(LangfuseFields body, out string? version)
    {
        version = null;
        if (body.Get("promptVersion") is not { } value)
            return false;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
            version = number.ToString(CultureInfo.InvariantCulture);
        else if (value.ValueKind != JsonValueKind.Null)
            return body.Fail("promptVersion", "must be a whole number");
        return true;
    }

    private static ReadOnlySpan<byte> Raw(JsonSlice? json) => json is { } value ? value.Raw : default;

    private static bool IsNull(LangfuseFields body, string field) => body.Get(field) is { ValueKind: JsonValueKind.Null };

    /// <summary>An id for what came without one: the same event gives the same one.</summary>
    public static string Derive(string what, string from, int bytes) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"langfuse {what}\n{from}")).AsSpan(0, bytes));

    private static void SetVersion<T>(VersionedUpdate update, byte field, T _, UpdateVersion version) =>
        (update.FieldVersions ??= [])[field] = version;
}
