using System.IO.Hashing;
using System.Runtime.InteropServices;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>
/// Turns log records that tell prompts and answers of a span (events of OTel's GenAI semantic conventions since 1.30) into updates of
/// the span, and results of evaluators into its scores. Other records are passed over.
/// </summary>
internal sealed class OtlpLogDecoder(OtlpRequest request, int projectId) : IOtlpDecoder
{
    /// <summary>About what a record takes beside its texts.</summary>
    private const int RecordBytes = 256;

    private readonly RawSpan _record = new(request.Body, request.Options.MaxSpanItems);
    private readonly SpanMapper _mapper = new(request.Options);
    private readonly JsonBuffer _json = new();
    private readonly JsonBuffer _content = new();
    private readonly Dictionary<(string TraceId, string SpanId), Told> _told = [];
    private readonly List<Score> _scores = [];
    private int _next;

    public Rejections Rejections { get; } = new("log record");

    /// <summary>An export of records that are all passed over is as good as any.</summary>
    public bool AnyDecoded => true;

    public long BatchBytes { get; private set; }

    public IngestBatch? Next(long maxBytes)
    {
        BatchBytes = 0;
        _told.Clear();
        _scores.Clear();
        while (_next < request.Spans.Count && BatchBytes < maxBytes)
            Decode(_next++);
        return _told.Count + _scores.Count == 0 ? null : new IngestBatch(projectId, [.. _told.Select(ToUpdate)], []) { Scores = [.. _scores] };
    }

    private void Decode(int index)
    {
        var range = request.Spans[index];
        // Most records are about something else.
        if (request.Slice(range).IndexOf("gen_ai."u8) < 0)
            return;
        request.ReadLog(range, _record);
        var name = _record[_record.Events.Count > 0 ? _record.Events[0].Name : default];
        var isEvaluation = name.SequenceEqual(GenAiEvaluations.EventName);
        if (!isEvaluation && !GenAiEvents.HasContents(name))
            return;
        if (_record is not { TraceId: not null, SpanId: not null })
            return;
        if (_record.Error is { } error)
            Rejections.Add($"#{index + 1} \"{StorableText.Shorten(name, 60)}\"", error);
        else if (isEvaluation)
            AddScore(range);
        else
            AddContents(index, name);
    }

    private void AddScore(BodyRange range)
    {
        var time = (long)_record.Events[0].Time;
        var span = new SpanUpdate
        {
            ProjectId = projectId,
            TraceId = _record.TraceId!,
            SpanId = _record.SpanId!,
            Version = new UpdateVersion(0, time, 0),
            Hash = (long)XxHash3.HashToUInt64(request.Slice(range)),
        };
        GenAiEvaluations.Read(_record, span, null, request.Options, _scores);
        BatchBytes += RecordBytes + range.Length;
    }

    private void AddContents(int index, ReadOnlySpan<byte> name)
    {
        var maxBytes = request.Options.MaxFieldBytes;
        var (input, output) = ReadContents(name);
        if (input is null && output is null)
            return;
        ref var told = ref CollectionsMarshal.GetValueRefOrAddDefault(_told, (_record.TraceId!, _record.SpanId!), out _);
        told ??= new Told();
        if (told.Count >= request.Options.MaxSpanItems)
        {
            Rejections.Add($"#{index + 1}", $"its span has {request.Options.MaxSpanItems} in this request already");
            return;
        }

        _json.Clear();
        _json.WriteKey("name"u8);
        _json.WriteString(name, maxBytes);
        WriteContent("input"u8, input);
        WriteContent("output"u8, output);
        _json.Write(",\"attributes\":{"u8);
        _ = _record.WriteMembers(_record.Events[0].Attributes, _json, maxBytes);
        _json.Write("}}"u8);
        BatchBytes += RecordBytes + _json.Length;
        told.Add(_record.Events[0].Time, index, _json.Written);
    }

    private (byte[]? Input, byte[]? Output) ReadContents(ReadOnlySpan<byte> name)
    {
        _content.Clear();
        if (GenAiEvents.TryMoveMessage(_record, _record.Events[0], _content, request.Options.MaxFieldBytes, out var isOutput))
        {
            var message = LogMessages.SaysSomething(_content.Written) ? _content.ToArray() : null;
            return isOutput ? (null, message) : (message, null);
        }

        // One record with everything has the names of the span's attributes.
        var span = new SpanUpdate { ProjectId = projectId, TraceId = _record.TraceId!, SpanId = _record.SpanId!, Version = default };
        _mapper.Find(_record);
        _mapper.Map(_record, span);
        return (span.Input, span.Output);
    }

    private void WriteContent(ReadOnlySpan<byte> key, byte[]? content)
    {
        if (content is null)
            return;
        _json.Write((byte)',');
        _json.WriteKey(key);
        if (GenAiEvents.IsJson(content))
            _json.Write(content);
        else
            _json.WriteString(content, request.Options.MaxFieldBytes);
    }

    private SpanUpdate ToUpdate(KeyValuePair<(string TraceId, string SpanId), Told> told)
    {
        var events = told.Value.ToJson();
        return new SpanUpdate
        {
            ProjectId = projectId,
            TraceId = told.Key.TraceId,
            SpanId = told.Key.SpanId,
            Version = new UpdateVersion(0, (long)told.Value.LastTime, 0),
            Hash = (long)XxHash3.HashToUInt64(events),
            Events = events,
        };
    }

    /// <summary>What the records of a request tell of one span.</summary>
    private sealed class Told
    {
        private readonly List<(ulong Time, byte[] Json)> _elements = [];
        private readonly Dictionary<(ulong Time, ulong Hash), int> _alike = [];

        public int Count => _elements.Count;

        public ulong LastTime => _elements.Max(e => e.Time);

        /// <param name="rest">The element after its beginning.</param>
        public void Add(ulong time, int place, ReadOnlySpan<byte> rest)
        {
            ref var alike = ref CollectionsMarshal.GetValueRefOrAddDefault(_alike, (time, XxHash3.HashToUInt64(rest)), out _);
            var element = new JsonBuffer();
            LogMessages.WriteStart(element, time, place, alike++);
            element.Write(rest);
            _elements.Add((time, element.ToArray()));
        }

        public byte[] ToJson()
        {
            var array = new JsonBuffer();
            foreach (var (_, json) in _elements.OrderBy(e => e.Time))
            {
                array.Write(array.Length == 0 ? "["u8 : ","u8);
                array.Write(json);
            }

            array.Write((byte)']');
            return array.ToArray();
        }
    }
}
