using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Asks the dialects what a span means. To add one: a file with its sources, ranked among the others', named in
/// <see cref="s_spanSources"/>.
/// </summary>
internal sealed partial class SpanMapper(IngestionOptions options)
{
    /// <summary>Stored with each span; a newer mapping can be applied to what an older one has stored.</summary>
    public const int MappingVersion = 4;

    /// <summary>The rank of a name like <c>model_name</c>: it does not make the span a model call. Nor does the one before.</summary>
    public const byte VagueModel = 85;

    private const ulong ServerSpan = 2;
    private const double LongestWait = 7 * 24 * 3600;
    private static readonly SourceTable s_spanSources = new(
        LangfuseConvention.Sources, OpenInferenceConvention.Sources, GenAiConvention.Sources, TraceloopConvention.Sources, VercelConvention.Sources,
        LiteLlmConvention.Sources, MicrosoftConvention.Sources, GoogleAdkConvention.Sources, LogfireConvention.Sources, MlflowConvention.Sources,
        ClaudeCodeConvention.Sources, GenkitConvention.Sources, LiveKitConvention.Sources, AnthropicConvention.Sources, StrandsConvention.Sources,
        OpenLitConvention.Sources, LangSmithConvention.Sources, MastraConvention.Sources, OpikConvention.Sources, GeneralConvention.Sources);

    private static readonly SourceTable s_resourceSources = new(GeneralConvention.ResourceSources);

    private readonly Candidates _found = new();
    private readonly Candidates _ofResource = new();
    private readonly JsonBuffer _json = new();
    private RawSource? _scope;

    /// <summary>Where the input came from, for <see cref="SpanUpdate.Origin"/>; null when there is none.</summary>
    public string? InputFrom { get; private set; }

    public string? OutputFrom { get; private set; }

    /// <summary>Whether the span is not called what it was called.</summary>
    public bool Renamed { get; private set; }

    private ReadOnlySpan<byte> Scope => _scope is null ? default : _scope[_scope.Name];

    private ReadOnlySpan<byte> AiOperation => VercelConvention.Operation(_found.Utf8(Field.AiOperation));

    /// <summary>Takes what the resource says of all of its spans.</summary>
    public void UseResource(RawSource resource)
    {
        _ofResource.Clear();
        _ofResource.Collect(resource, resource.SourceAttributes, s_resourceSources);
    }

    /// <summary>Takes what instrumented the spans that follow: some mean other things by the same names.</summary>
    public void UseScope(RawSource scope) => _scope = scope;

    /// <summary>Looks at what the span carries. It may become the span that it announces: ask for its ids afterwards.</summary>
    public void Find(RawSpan span)
    {
        _ofResource.CopyTo(_found);
        _found.Collect(span, span.SpanAttributes, s_spanSources);
        if (span.Events.Count > 0)
            GenAiEvents.Collect(span, _found, s_spanSources);

        if (_found.Has(Field.PendingParent) || _found.Has(Field.LogfireType))
            LogfireConvention.Restore(span, _found);
    }

    /// <summary>
    /// Sets the fields of the update that the span has values for, after <see cref="Find"/>. Attributes that become input or output are hidden.
    /// </summary>
    public void Map(RawSpan span, SpanUpdate update)
    {
        var said = KindOf(span);
        if (said is not null)
            update.Kind = said;
        var kind = said ?? SpanKind.Span;
        MapNames(span, update, kind);
        MapStatus(span, update);
        MapCall(span, update, kind);
        MapInput(span, update, kind);
        MapOutput(span, update, kind);
        if ((FinishReason.From(_found) ?? GenAiEvents.FinishReasons(span) ?? FinishReason.InJson(update.Output)) is { } finishReason)
            update.FinishReason = finishReason;
    }

    /// <summary>
    /// The first dialect that knows the span's word decides; then what else gives it away. Null when nothing does: another
    /// protocol may know what kind of span it is.
    /// </summary>
    private SpanKind? KindOf(RawSpan span)
    {
        // A gateway's server span names the model of the call below it.
        var isServer = span.Kind == ServerSpan;
        var kind = LangfuseConvention.KindOf(_found.Utf8(Field.LangfuseType))
            ?? OpenInferenceConvention.KindOf(_found.Utf8(Field.OpenInferenceKind))
            ?? LangSmithConvention.KindOf(_found.Utf8(Field.LangSmithKind))
            ?? MastraConvention.KindOf(_found.Utf8(Field.MastraType), _found.Utf8(Field.Operation))
            ?? GenAiConvention.KindOf(_found.Utf8(Field.Operation))
            ?? MlflowConvention.KindOf(_found.Utf8(Field.MlflowType))
            ?? TraceloopConvention.KindOf(_found.Utf8(Field.TraceloopKind))
            ?? (isServer ? null : TraceloopConvention.KindOfRequest(_found.Utf8(Field.RequestType)))
            ?? GenkitConvention.KindOf(_found.Utf8(Field.GenkitSubtype))
            ?? VercelConvention.KindOf(AiOperation)
            ?? ClaudeCodeConvention.KindOf(_found.Utf8(Field.SpanType));
        if (kind is { } known)
            return known;
        if (_found.Has(Field.ToolName) && _found.Rank(Field.ToolName) < TraceloopConvention.EntityName)
            return SpanKind.Tool;
        if (Short(Field.ToolCallId) is not (null or GoogleAdkConvention.NoId) || _found.Utf8(Field.McpMethod).SequenceEqual("tools/call"u8))
            return SpanKind.Tool;
        if (_found.Has(Field.VectorQuery))
            return SpanKind.Retriever;
        if (_found.Has(Field.AgentRun))
            return SpanKind.Agent;
        if (span[span.Name].SequenceEqual(MicrosoftConvention.ToolLoop))
            return SpanKind.Chain;
        return !isServer && (_found.Rank(Field.RequestModel) is < VagueModel - 1 or LangfuseConvention.Model || _found.Has(Field.ResponseModel)) ? SpanKind.Generation : null;
    }

    private void MapNames(RawSpan span, SpanUpdate update, SpanKind kind)
    {
        var toolName = kind == SpanKind.Tool || _found.Rank(Field.ToolName) < TraceloopConvention.EntityName ? Short(Field.ToolName) : null;
        if (toolName is null && kind == SpanKind.Tool && span[span.Name] is var name && name.StartsWith("execute_tool "u8))
            toolName = TextCache.Get(name["execute_tool ".Length..], options.MaxNameLength);
        if (toolName is not null)
            update.ToolName = toolName;
        var newName = (kind == SpanKind.Tool ? toolName : null) ?? DisplayName();
        Renamed = newName is not null;
        if (newName is not null)
            update.Name = newName;
        else if (span.Name.Length > 0)
            update.Name = TextCache.Get(span[span.Name], options.MaxNameLength);

        if (Short(Field.ToolCallId) is { } toolCallId and not GoogleAdkConvention.NoId)
            update.ToolCallId = toolCallId;
        if (Short(Field.AgentName) is { } agentName)
            update.AgentName = agentName;
        MapPrompt(update);
        if (Short(Field.ServiceName) is { } serviceName)
            update.ServiceName = serviceName;
    }

    private string? DisplayName()
    {
        if (_found.Rank(Field.DisplayName) > VercelConvention.FunctionName && Short(Field.FunctionId) is { } function && AiOperation is { IsEmpty: false } operation)
            return StorableText.Shorten($"{function}:{TextCache.Get(operation, options.MaxNameLength)}", options.MaxNameLength);
        return Short(Field.DisplayName);
    }

    /// <summary>Name and version of a prompt are of one source, or they would name one that does not exist.</summary>
    private void MapPrompt(SpanUpdate update)
    {
        var (name, version) = (Short(Field.PromptName), Short(Field.PromptVersion));
        if (name is not null && _found.Rank(Field.PromptName) != _found.Rank(Field.PromptVersion))
            version = null;
        if (_found.Rank(Field.PromptName) > VercelConvention.Prompt && LangfuseConvention.PromptOf(_found.Json(Field.LangfusePrompt), options.MaxNameLength) is { Name: not null } passedOn)
            (name, version) = passedOn;
        if (name is null && LangfuseConvention.PromptOf(MlflowConvention.FirstPrompt(_found.Json(Field.MlflowPrompts)), options.MaxNameLength) is { Name: not null } linked)
            (name, version) = linked;
        if (name is not null)
            update.PromptName = name;
        if (version is not null)
            update.PromptVersion = version;
    }

    private void MapStatus(RawSpan span, SpanUpdate update)
    {
        var status = span.Status switch { 1 => SpanStatus.Ok, 2 => SpanStatus.Error, _ => SpanStatus.Unset };
        if (LangfuseLevel.Of(Short(Field.Level)) == LangfuseLevel.Error || LangSmithConvention.HasFailed(_found))
            status = SpanStatus.Error;
        // Unset is OTel's default and says nothing: it must not stand against what another protocol says of the span.
        if (status != SpanStatus.Unset || _found.Has(Field.Level))
            update.Status = status;
        var isError = status == SpanStatus.Error;
        if (_found.Text(Field.StatusMessage, LongestMessage) is { } statusMessage)
            update.StatusMessage = statusMessage;
        else if (span.StatusMessage.Length > 0)
            update.StatusMessage = StorableText.Shorten(span[span.StatusMessage], LongestMessage);
        else if (isError && _found.Text(Field.ErrorMessage, LongestMessage) is { } message)
            update.StatusMessage = message;
        // An exception that was handled does not make the span one that failed of it.
        if ((isError || !_found.Key(Field.ErrorType).StartsWith("exception."u8)) && Short(Field.ErrorType) is { } errorType)
            update.ErrorType = errorType;
    }

    /// <summary>Messages of errors hold more than a name.</summary>
    private int LongestMessage => options.MaxNameLength * 10;

    private void MapCall(RawSpan span, SpanUpdate update, SpanKind kind)
    {
        var requestModel = Short(Field.RequestModel);
        if (_found.Rank(Field.RequestModel) > OpenInferenceConvention.Parameters && ModelInParameters() is { } model)
            requestModel = model;
        if (requestModel is null && kind.IsModelCall() && Short(Field.GenkitName) is { } action)
            requestModel = action;
        var responseModel = Short(Field.ResponseModel);
        if (requestModel is not null)
            update.RequestModel = requestModel;
        if (responseModel is not null)
            update.ResponseModel = responseModel;
        if (Short(Field.Provider) is { } provider && !Providers.IsFramework(provider))
            update.Provider = ProviderNames.Normalize(provider);
        else if (kind.IsModelCall() && Providers.Guess(Short(Field.ServerAddress), responseModel ?? requestModel) is { } guessed)
            update.Provider = guessed;
        if (Short(Field.ResponseId) is { } responseId)
            update.ResponseId = responseId;
        if ((Short(Field.ServiceTier) ?? VercelConvention.ServiceTier(_found)) is { } tier)
            update.ServiceTier = tier;
        if (UsageBuckets.From(_found, kind, Scope) is { } usage)
            update.Usage = usage;
        if (Cost() is { } cost)
            update.ReportedCost = cost;
        if (_found.Flag(Field.Streaming) is { } streaming)
            update.Streaming = streaming;
        else if (VercelConvention.Streams(AiOperation))
            update.Streaming = true;
        if (update.StartTime is { } start && FirstToken(span, start, update.EndTime ?? long.MaxValue) is { } first)
            update.FirstTokenTime = first;
    }

    private string? ModelInParameters()
    {
        if (!_found.Has(Field.InvocationParameters))
            return null;
        var leaves = new JsonLeaves(_found.Json(Field.InvocationParameters), stackalloc byte[256]);
        while (leaves.Next())
        {
            if (leaves.Path.SequenceEqual("model"u8) || leaves.Path.SequenceEqual("model_name"u8))
                return leaves.Text(options.MaxNameLength);
        }

        return null;
    }

    private decimal? Cost()
    {
        if (_found.Has(Field.LangfuseCost) && LangfuseUsage.CostOf(_found.Json(Field.LangfuseCost)) is { } details)
            return details;
        if (_found.Rank(Field.Cost) > OpenInferenceConvention.CostTotal && (_found.Money(Field.InputCost), _found.Money(Field.OutputCost)) is var (input, output) && (input ?? output) is not null)
            return (input ?? 0) + (output ?? 0);
        if (_found.Rank(Field.Cost) > MlflowConvention.Cost && _found.Has(Field.MlflowCost) && MlflowConvention.CostOf(_found.Json(Field.MlflowCost)) is { } cost)
            return cost;
        return _found.Money(Field.Cost) ?? MlflowConvention.CostOf(_found.Json(Field.LangSmithUsage));
    }

    /// <summary>When the first piece of the answer came, in nanoseconds since the Unix epoch. What is before the start or after the end is a mistake.</summary>
    private long? FirstToken(RawSpan span, long start, long end)
    {
        if (_found.Text(Field.FirstTokenAt, 60) is { } text && Iso8601.TryParse(text, out var at) && IsWithin(at))
            return at;
        if (_found.Number(Field.TimeToFirstToken) is { } wait)
        {
            var form = _found.SourceOf(Field.TimeToFirstToken)!.Form;
            var inMilliseconds = form == SourceForm.Milliseconds || (form == SourceForm.SecondsOrMilliseconds && StrandsConvention.IsScope(Scope));
            if (After(inMilliseconds ? wait / 1000 : wait) is { } told && IsWithin(told))
                return told;
            return form == SourceForm.SecondsOrMilliseconds && After(wait / 1000) is { } shorter && IsWithin(shorter) ? shorter : null;
        }

        return GenAiEvents.FirstChunk(span) is { } chunk && IsWithin(chunk) ? chunk : null;

        bool IsWithin(long time) => time >= start && time <= end && time - start <= LongestWait * UnixNanos.PerSecond;

        long? After(double seconds) => seconds <= LongestWait ? start + (long)Math.Round(seconds * UnixNanos.PerSecond) : null;
    }

    private string? Short(Field field) => _found.Text(field, options.MaxNameLength);

    private string? Id(Field field) => _found.Text(field, Ids.MaxLength) is { } id ? Ids.Cut(id) : null;
}
