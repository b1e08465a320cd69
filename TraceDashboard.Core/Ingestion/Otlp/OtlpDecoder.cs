using System.IO.Hashing;
using System.Runtime.InteropServices;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>
/// Turns the spans of a request into updates.
/// </summary>
internal sealed class OtlpDecoder : IOtlpDecoder
{
    /// <summary>2000-01-01 and 2100-01-01: outside, the clock or the unit is wrong.</summary>
    private const ulong EarliestTime = 946_684_800_000_000_000;
    private const ulong LatestTime = 4_102_444_800_000_000_000;

    private readonly OtlpRequest _request;
    private readonly int _projectId;
    private readonly RawSpan _span;
    private readonly RawSource _resource;
    private readonly RawSource _scope;
    private readonly SpanMapper _mapper;
    private readonly JsonBuffer _json = new();
    private UpdatesBy<string, TraceUpdate> _traces = new(TraceMerge.JoinAll);
    private List<Score> _scores = [];
    private BodyRange? _resourceRange;
    private byte[]? _resourceJson;
    private byte[]? _scopeJson;
    private long _resourceHash;
    private long _scopeHash;
    private int _group = -1;
    private int _next;

    public OtlpDecoder(OtlpRequest request, int projectId)
    {
        _request = request;
        _projectId = projectId;
        _span = new RawSpan(request.Body, request.Options.MaxSpanItems);
        _resource = new RawSource(request.Body, request.Options.MaxSpanItems);
        _scope = new RawSource(request.Body, request.Options.MaxSpanItems);
        _mapper = new SpanMapper(request.Options);
        if (request.TooShort > 0)
            Rejections.AddTooShort(request.TooShort);
    }

    public Rejections Rejections { get; } = new("span");

    public bool AnyDecoded { get; private set; }

    public long BatchBytes { get; private set; }

    public IngestBatch? Next(long maxBytes)
    {
        BatchBytes = 0;
        _traces = new UpdatesBy<string, TraceUpdate>(TraceMerge.JoinAll);
        var spans = new List<SpanUpdate>(Math.Min(_request.Spans.Count - _next, 4096));
        while (_next < _request.Spans.Count && BatchBytes < maxBytes)
        {
            if (Decode(_next++) is { } update)
                spans.Add(update);
        }

        if (spans.Count == 0)
            return null;
        var scores = _scores;
        _scores = [];
        return new IngestBatch(_projectId, spans, [.. _traces.Join().Values]) { Scores = scores };
    }

    private SpanUpdate? Decode(int index)
    {
        EnterGroup(index);
        var range = _request.Spans[index];
        _request.ReadSpan(range, _span);
        Check();
        if ((_span.Error ?? _resource.Error ?? _scope.Error) is { } error)
        {
            Rejections.Add(Describe(index), error, hasId: _span.TraceId is not null || _span.SpanId is not null);
            return null;
        }

        _mapper.Find(_span);
        var isEnded = _span.EndTime != 0;
        var start = (long)_span.StartTime;
        // Clocks that were set back must not make durations negative; what was sent is kept in Origin.
        var end = Math.Max(start, (long)_span.EndTime);
        var update = new SpanUpdate
        {
            ProjectId = _projectId,
            TraceId = _span.TraceId!,
            SpanId = _span.SpanId!,
            Version = new UpdateVersion(isEnded ? (byte)2 : (byte)1, isEnded ? end : start, 0),
            Hash = HashOf(range),
        };
        if (_span.ParentSpanId is { } parent && parent != update.SpanId)
            update.ParentSpanId = parent;
        if (start != 0)
            update.StartTime = start;
        if (isEnded)
            update.EndTime = end;
        _mapper.Map(_span, update);
        Write(update);
        if (_mapper.MapTrace(_span, update) is { } trace)
            Add(trace);
        var scores = _scores.Count;
        _mapper.MapScores(_span, update, _scores);
        BatchBytes += update.Bytes + ((_scores.Count - scores) * VersionedUpdate.OwnBytes);
        AnyDecoded = true;
        return update;
    }

    private void Check()
    {
        if (_span.TraceId is null)
            _span.Fail("traceId is missing");
        if (_span.SpanId is null)
            _span.Fail("spanId is missing");
        CheckTime("startTimeUnixNano", _span.StartTime);
        CheckTime("endTimeUnixNano", _span.EndTime);
    }

    private void CheckTime(string field, ulong nanos)
    {
        if (nanos != 0 && nanos is < EarliestTime or > LatestTime)
            _span.Fail($"{field} {nanos} is not between the years 2000 and 2100; it counts nanoseconds since 1970");
    }

    private void EnterGroup(int index)
    {
        var groups = CollectionsMarshal.AsSpan(_request.Groups);
        if (_group >= 0 && (_group + 1 == groups.Length || index < groups[_group + 1].FirstSpan))
            return;

        ref readonly var group = ref groups[++_group];
        // One resource may have very many scopes.
        if (_resourceRange != group.Resource)
            EnterResource(group);
        _request.ReadScope(group.Scope, _scope);
        if (!_request.TryReadText(group.ScopeSchemaUrl, _scope, out _scope.SchemaUrl))
            _scope.Fail("schemaUrl is not a string");
        _scopeHash = (long)XxHash3.HashToUInt64(_request.Slice(group.Scope));
        _scopeJson = WriteScope();
        _mapper.UseScope(_scope);
    }

    private void EnterResource(in SpanGroup group)
    {
        _resourceRange = group.Resource;
        _request.ReadResource(group.Resource, _resource);
        if (!_request.TryReadText(group.ResourceSchemaUrl, _resource, out _resource.SchemaUrl))
            _resource.Fail("schemaUrl is not a string");
        _resourceHash = (long)XxHash3.HashToUInt64(_request.Slice(group.Resource));
        _mapper.UseResource(_resource);
        _json.Clear();
        _json.Write((byte)'{');
        var any = _resource.WriteMembers(_resource.SourceAttributes, _json, _request.Options.MaxResourceBytes);
        _json.Write((byte)'}');
        _resourceJson = any ? _json.ToArray() : null;
    }

    private byte[]? WriteScope()
    {
        _json.Clear();
        _json.Write((byte)'{');
        var any = WriteText("name"u8, _scope, _scope.Name, false);
        any = WriteText("version"u8, _scope, _scope.Version, any);
        any = WriteText("schemaUrl"u8, _scope, _scope.SchemaUrl, any);
        if (_scope.SourceAttributes.Count > 0)
        {
            Comma(any);
            any = true;
            _json.Write("\"attributes\":{"u8);
            _ = _scope.WriteMembers(_scope.SourceAttributes, _json, _request.Options.MaxResourceBytes);
            _json.Write((byte)'}');
        }

        any = WriteCount("droppedAttributes"u8, _scope.DroppedAttributes, any);
        any = WriteCount("leftOut"u8, (ulong)_scope.LeftOut, any);
        _json.Write((byte)'}');
        return any ? _json.ToArray() : null;
    }

    /// <summary>Everything that is stored as JSON.</summary>
    private void Write(SpanUpdate update)
    {
        var maxBytes = _request.Options.MaxFieldBytes;
        _json.Clear();
        _json.Write((byte)'{');
        var any = _span.WriteMembers(_span.SpanAttributes, _json, maxBytes);
        _json.Write((byte)'}');
        if (any)
            update.Attributes = _json.ToArray();
        if (_span.Events.Count > 0)
            update.Events = WriteEvents(maxBytes);
        if (_span.Links.Count > 0)
            update.Links = WriteLinks(maxBytes);
        if (_resourceJson is not null)
            update.Resource = _resourceJson;
        update.Origin = WriteOrigin(update);
    }

    private byte[] WriteEvents(int maxBytes)
    {
        _json.Clear();
        foreach (ref readonly var spanEvent in CollectionsMarshal.AsSpan(_span.Events))
        {
            if (_json.Length >= maxBytes)
            {
                _span.LeftOut++;
                continue;
            }

            _json.Write(_json.Length == 0 ? "[{\"timeUnixNano\":\""u8 : ",{\"timeUnixNano\":\""u8);
            _json.WriteUnsigned(spanEvent.Time);
            _json.Write("\",\"name\":"u8);
            _json.WriteString(_span[spanEvent.Name], maxBytes);
            WriteAttributes(spanEvent.Attributes, spanEvent.DroppedAttributes, maxBytes);
        }

        _json.Write((byte)']');
        return _json.ToArray();
    }

    private byte[] WriteLinks(int maxBytes)
    {
        _json.Clear();
        foreach (ref readonly var link in CollectionsMarshal.AsSpan(_span.Links))
        {
            if (_json.Length >= maxBytes)
            {
                _span.LeftOut++;
                continue;
            }

            _json.Write(_json.Length == 0 ? "[{\"traceId\":"u8 : ",{\"traceId\":"u8);
            _json.WriteString(_span[link.TraceId]);
            _json.Write(",\"spanId\":"u8);
            _json.WriteString(_span[link.SpanId]);
            _ = WriteText("traceState"u8, _span, link.TraceState, true);
            WriteAttributes(link.Attributes, link.DroppedAttributes, maxBytes);
        }

        _json.Write((byte)']');
        return _json.ToArray();
    }

    private void WriteAttributes(AttributeRange range, ulong dropped, int maxBytes)
    {
        _json.Write(",\"attributes\":{"u8);
        _ = _span.WriteMembers(range, _json, maxBytes);
        _json.Write((byte)'}');
        _ = WriteCount("droppedAttributes"u8, dropped, true);
        _json.Write((byte)'}');
    }

    private byte[] WriteOrigin(SpanUpdate update)
    {
        _json.Clear();
        _json.Write("{\"protocol\":\"otlp\",\"mapping\":"u8);
        _json.WriteLong(SpanMapper.MappingVersion);
        _ = WriteCount("kind"u8, _span.Kind, true);
        if (_mapper.Renamed)
            _ = WriteText("name"u8, _span, _span.Name, true);
        if (_mapper.InputFrom is { } input)
            WriteOwnText("inputFrom"u8, input);
        if (_mapper.OutputFrom is { } output)
            WriteOwnText("outputFrom"u8, output);
        _ = WriteText("traceState"u8, _span, _span.TraceState, true);
        _ = WriteCount("flags"u8, _span.Flags, true);
        _ = WriteCount("droppedAttributes"u8, _span.DroppedAttributes, true);
        _ = WriteCount("droppedEvents"u8, _span.DroppedEvents, true);
        _ = WriteCount("droppedLinks"u8, _span.DroppedLinks, true);
        _ = WriteCount("leftOut"u8, (ulong)(_span.LeftOut + _resource.LeftOut), true);
        if (_span.EndTime != 0 && _span.EndTime < _span.StartTime)
            _ = WriteCount("endTimeUnixNano"u8, _span.EndTime, true);
        _ = WriteText("resourceSchemaUrl"u8, _resource, _resource.SchemaUrl, true);
        _ = WriteCount("resourceDroppedAttributes"u8, _resource.DroppedAttributes, true);
        if (_scopeJson is not null)
        {
            _json.Write(",\"scope\":"u8);
            _json.Write(_scopeJson);
        }

        _json.Write((byte)'}');
        return _json.ToArray();
    }

    private void WriteOwnText(ReadOnlySpan<byte> key, string text)
    {
        _json.Write((byte)',');
        _json.WriteKey(key);
        _json.WriteString(text);
    }

    private bool WriteText(ReadOnlySpan<byte> key, RawRecord record, Slice text, bool any)
    {
        if (text.Length == 0)
            return any;
        Comma(any);
        _json.WriteKey(key);
        _json.WriteString(record[text], _request.Options.MaxResourceBytes);
        return true;
    }

    private bool WriteCount(ReadOnlySpan<byte> key, ulong count, bool any)
    {
        if (count == 0)
            return any;
        Comma(any);
        _json.WriteKey(key);
        _json.WriteUnsigned(count);
        return true;
    }

    private void Comma(bool any)
    {
        if (any)
            _json.Write((byte)',');
    }

    private long HashOf(BodyRange range) =>
        (long)XxHash3.HashToUInt64(_request.Slice(range), _resourceHash ^ (long)System.Numerics.BitOperations.RotateLeft((ulong)_scopeHash, 32));

    private void Add(TraceUpdate trace)
    {
        _traces.Add(trace.TraceId, trace);
        BatchBytes += trace.Bytes;
    }

    private string Describe(int index)
    {
        var name = StorableText.Shorten(_span[_span.Name], 60);
        var ids = _span.TraceId is null && _span.SpanId is null ? "" : $" {_span.TraceId ?? "?"}/{_span.SpanId ?? "?"}";
        return name.Length == 0 ? $"#{index + 1}{ids}" : $"#{index + 1}{ids} \"{name}\"";
    }
}
