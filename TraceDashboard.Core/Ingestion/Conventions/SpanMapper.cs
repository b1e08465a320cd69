using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Asks the dialects what a span means. To add one: a file with its sources, ranked among the others', named in
/// <see cref="s_spanSources"/>.
/// </summary>
internal sealed class SpanMapper(IngestionOptions options)
{
    /// <summary>Stored with each span; a newer mapping can be applied to what an older one has stored.</summary>
    public const int MappingVersion = 1;

    private const double LongestWait = 7 * 24 * 3600;
    private static readonly SourceTable s_spanSources = new(GenAiConvention.Sources, GeneralConvention.Sources);
    private static readonly SourceTable s_resourceSources = new(GeneralConvention.ResourceSources);

    private readonly Candidates _found = new();
    private readonly Candidates _ofResource = new();
    private readonly JsonBuffer _json = new();

    /// <summary>Where the input came from, for <see cref="SpanUpdate.Origin"/>; null when there is none.</summary>
    public string? InputFrom { get; private set; }

    public string? OutputFrom { get; private set; }

    /// <summary>Takes what the resource says of all of its spans.</summary>
    public void UseResource(RawSource resource)
    {
        _ofResource.Clear();
        _ofResource.Collect(resource, resource.SourceAttributes, s_resourceSources);
    }

    /// <summary>Sets the fields of the update that the span has values for. Attributes that become input or output are hidden.</summary>
    public void Map(RawSpan span, SpanUpdate update)
    {
        _ofResource.CopyTo(_found);
        _found.Collect(span, span.SpanAttributes, s_spanSources);
        if (span.Events.Count > 0)
            GenAiEvents.Collect(span, _found, s_spanSources);

        var kind = KindOf();
        update.Kind = kind;
        MapNames(span, update, kind);
        MapStatus(span, update);
        MapCall(update, kind);
        MapInput(span, update);
        MapOutput(span, update);
        if ((FinishReason.From(_found) ?? GenAiEvents.FinishReasons(span) ?? FinishReason.InJson(update.Output)) is { } finishReason)
            update.FinishReason = finishReason;
    }

    /// <summary>What the span says of its trace; null when that is nothing.</summary>
    public TraceUpdate? MapTrace(SpanUpdate span)
    {
        var isRoot = span.ParentSpanId is null;
        if (!isRoot && !SaysMoreThanSpan())
            return null;

        var trace = new TraceUpdate { ProjectId = span.ProjectId, TraceId = span.TraceId, Version = span.Version };
        if (isRoot)
        {
            if (span.Name is not null)
                trace.Name = span.Name;
            if (span.StartTime is not null)
                trace.Timestamp = span.StartTime;
            if (Preview.OfInput(span.Input) is { } input)
                trace.InputPreview = input;
            if (Preview.OfOutput(span.Output) is { } output)
                trace.OutputPreview = output;
        }

        if (Short(Field.UserId) is { } user)
            trace.UserId = user;
        if (Short(Field.SessionId) is { } session)
            trace.SessionId = session;
        if (Short(Field.Environment) is { } environment)
            trace.Environment = environment;
        if (Short(Field.Release) is { } release)
            trace.Release = release;
        if (Short(Field.AppVersion) is { } version)
            trace.AppVersion = version;
        if (Tags() is { Length: > 0 } tags)
            trace.Tags = tags;
        if (Metadata() is { } metadata)
            trace.Metadata = metadata;
        return trace.Fields == 0 ? null : trace;
    }

    private bool SaysMoreThanSpan() =>
        _found.Has(Field.UserId) || _found.Has(Field.SessionId) || _found.Has(Field.Environment) || _found.Has(Field.Release)
        || _found.Has(Field.AppVersion) || _found.Has(Field.Tags) || _found.Has(Field.Metadata);

    private SpanKind KindOf()
    {
        if (GenAiConvention.KindOf(_found.Utf8(Field.Kind)) is { } kind)
            return kind;
        if (_found.Has(Field.ToolName) || _found.Has(Field.ToolCallId))
            return SpanKind.Tool;
        return _found.Has(Field.RequestModel) || _found.Has(Field.ResponseModel) ? SpanKind.Generation : SpanKind.Span;
    }

    private void MapNames(RawSpan span, SpanUpdate update, SpanKind kind)
    {
        var toolName = Short(Field.ToolName);
        if (toolName is not null)
            update.ToolName = toolName;
        if (kind == SpanKind.Tool && toolName is not null)
            update.Name = toolName;
        else if (span.Name.Length > 0)
            update.Name = TextCache.Get(span[span.Name], options.MaxNameLength);

        if (Short(Field.ToolCallId) is { } toolCallId)
            update.ToolCallId = toolCallId;
        if (Short(Field.AgentName) is { } agentName)
            update.AgentName = agentName;
        if (Short(Field.PromptName) is { } promptName)
            update.PromptName = promptName;
        if (Short(Field.PromptVersion) is { } promptVersion)
            update.PromptVersion = promptVersion;
        if (Short(Field.ServiceName) is { } serviceName)
            update.ServiceName = serviceName;
    }

    private void MapStatus(RawSpan span, SpanUpdate update)
    {
        var status = span.Status switch { 1 => SpanStatus.Ok, 2 => SpanStatus.Error, _ => SpanStatus.Unset };
        if (status != SpanStatus.Unset || update.EndTime is not null)
            update.Status = status;
        var isError = status == SpanStatus.Error;
        if (span.StatusMessage.Length > 0)
            update.StatusMessage = Text.Shorten(span[span.StatusMessage], LongestMessage);
        else if (isError && _found.Text(Field.ErrorMessage, LongestMessage) is { } message)
            update.StatusMessage = message;
        // An exception that was handled does not make the span one that failed of it.
        if ((isError || !_found.Key(Field.ErrorType).StartsWith("exception."u8)) && Short(Field.ErrorType) is { } errorType)
            update.ErrorType = errorType;
    }

    /// <summary>Messages of errors hold more than a name.</summary>
    private int LongestMessage => options.MaxNameLength * 10;

    private void MapCall(SpanUpdate update, SpanKind kind)
    {
        var requestModel = Short(Field.RequestModel);
        var responseModel = Short(Field.ResponseModel);
        if (requestModel is not null)
            update.RequestModel = requestModel;
        if (responseModel is not null)
            update.ResponseModel = responseModel;
        if (Short(Field.Provider) is { } provider)
            update.Provider = Providers.Normalize(provider);
        else if (kind.IsModelCall() && Providers.Guess(Short(Field.ServerAddress), responseModel ?? requestModel) is { } guessed)
            update.Provider = guessed;
        if (Short(Field.ResponseId) is { } responseId)
            update.ResponseId = responseId;
        if (Short(Field.ServiceTier) is { } tier)
            update.ServiceTier = tier;
        if (UsageBuckets.From(_found, kind) is { } usage)
            update.Usage = usage;
        if (_found.Money(Field.Cost) is { } cost)
            update.ReportedCost = cost;
        if (_found.Flag(Field.Streaming) is { } streaming)
            update.Streaming = streaming;
        if (update.StartTime is { } start && _found.Number(Field.TimeToFirstToken) is { } seconds and <= LongestWait)
            update.FirstTokenTime = start + (long)Math.Round(seconds * UnixNanos.PerSecond);
    }

    private void MapInput(RawSpan span, SpanUpdate update)
    {
        InputFrom = null;
        if (_found.Rank(Field.Input) > GenAiConvention.MessageEvents && !_found.Has(Field.SystemInstructions))
        {
            _json.Clear();
            if (GenAiEvents.TryMoveMessages(span, _json, isOutput: false, options.MaxFieldBytes))
            {
                update.Input = _json.ToArray();
                InputFrom = "events:gen_ai.*.message";
                return;
            }
        }

        if (TryWriteWithSystem())
            update.Input = Text.Clean(_json.Written, options.MaxFieldBytes);
        else if (Take(Field.Input) is { } input)
            (update.Input, InputFrom) = input;
    }

    private void MapOutput(RawSpan span, SpanUpdate update)
    {
        OutputFrom = null;
        if (_found.Rank(Field.Output) > GenAiConvention.MessageEvents)
        {
            _json.Clear();
            if (GenAiEvents.TryMoveMessages(span, _json, isOutput: true, options.MaxFieldBytes))
            {
                update.Output = _json.ToArray();
                OutputFrom = "events:gen_ai.choice";
                return;
            }
        }

        if (Take(Field.Output) is { } output)
            (update.Output, OutputFrom) = output;
    }

    /// <summary>System instructions become the first message, so that a conversation is one list.</summary>
    private bool TryWriteWithSystem()
    {
        if (!_found.TryGet(Field.SystemInstructions, out var record, out var index))
            return false;
        var messages = ReadOnlySpan<byte>.Empty;
        if (_found.Has(Field.Input))
        {
            if (_found.Rank(Field.Input) > GenAiConvention.Messages + 1 || !TryGetArray(Field.Input, out messages))
                return false;
        }

        var system = record[record.Attribute(index).Text];
        _json.Clear();
        _json.Write("[{\"role\":\"system\","u8);
        if (GenAiEvents.IsJson(system) && system[0] == '[')
        {
            _json.WriteKey("parts"u8);
            _json.Write(system);
        }
        else
        {
            _json.WriteKey("content"u8);
            record.WriteValue(record.Attribute(index), _json, options.MaxFieldBytes);
        }

        _json.Write((byte)'}');
        var rest = messages.IsEmpty ? "]"u8 : messages[1..].TrimStart(" \t\r\n"u8);
        if (rest[0] != ']')
            _json.Write((byte)',');
        _json.Write(rest);
        record.Attribute(index).Hidden = true;
        InputFrom = PlaceOf(Field.SystemInstructions);
        if (_found.TryGet(Field.Input, out var inputRecord, out var inputIndex))
        {
            inputRecord.Attribute(inputIndex).Hidden = true;
            InputFrom += "+" + PlaceOf(Field.Input);
        }

        return true;
    }

    private bool TryGetArray(Field field, out ReadOnlySpan<byte> json)
    {
        json = default;
        if (!_found.TryGet(field, out var record, out var index) || record.Attribute(index).Type is not (RawType.String or RawType.Json))
            return false;
        json = record[record.Attribute(index).Text].TrimStart(" \t\r\n"u8);
        return json.StartsWith("["u8) && GenAiEvents.IsJson(json);
    }

    /// <summary>The content that a field has, taken off the attributes.</summary>
    private (byte[] Content, string From)? Take(Field field)
    {
        if (!_found.TryGet(field, out var record, out var index))
            return null;
        ref var attribute = ref record.Attribute(index);
        attribute.Hidden = true;
        if (attribute.Type is RawType.String or RawType.Json)
            return (Text.Clean(record[attribute.Text], options.MaxFieldBytes), PlaceOf(field));
        _json.Clear();
        record.WriteValue(attribute, _json, options.MaxFieldBytes);
        return (_json.ToArray(), PlaceOf(field));
    }

    private string PlaceOf(Field field)
    {
        var key = TextCache.Get(_found.Key(field), 200);
        return (_found.Rank(field), field) switch
        {
            (GenAiConvention.Messages + 1, _) => "event:" + key,
            (30, Field.Input or Field.Output) => "event:" + key,
            _ => key,
        };
    }

    private string? Short(Field field) => _found.Text(field, options.MaxNameLength);

    /// <summary>An array, a string that holds one, or a comma-separated list.</summary>
    private string[]? Tags()
    {
        if (!_found.TryGet(Field.Tags, out var record, out var index))
            return null;
        var text = record[record.Attribute(index).Text];
        if (!text.StartsWith("["u8))
            return Text.Shorten(text, 10_000).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!GenAiEvents.IsJson(text))
            return null;
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(text));
        var tags = new List<string>();
        foreach (var element in document.RootElement.EnumerateArray())
        {
            var tag = element.ValueKind == JsonValueKind.String ? SafeString(element) : element.GetRawText();
            if (!string.IsNullOrWhiteSpace(tag) && tags.Count < 100)
                tags.Add(Text.Shorten(tag, options.MaxNameLength));
        }

        return [.. tags];
    }

    private byte[]? Metadata()
    {
        if (!_found.TryGet(Field.Metadata, out var record, out var index) || record.Attribute(index).Type is not (RawType.String or RawType.Json))
            return null;
        var text = record[record.Attribute(index).Text].Trim(" \t\r\n"u8);
        return text.StartsWith("{"u8) && text.Length <= options.MaxFieldBytes && GenAiEvents.IsJson(text) ? text.ToArray() : null;
    }

    private static string? SafeString(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape.
            return null;
        }
    }
}
