using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Demo;

/// <summary>Where and for whom a trace ran.</summary>
internal sealed record DemoContext(int ProjectId, DemoApp App, string Environment, string Release, string UserId, string SessionId, int Turn);

/// <summary>A trace of the demo while it is put together. Times are nanoseconds since the Unix epoch.</summary>
internal sealed class DemoTrace
{
    private readonly DemoContext _context;
    private readonly DemoRandom _random;
    private readonly byte[] _resource;

    public DemoTrace(DemoContext context, DemoRandom random, long start)
    {
        _context = context;
        _random = random;
        Start = start;
        TraceId = random.HexId(16);
        _resource = DemoJson.Bytes(new JsonObject
        {
            ["service.name"] = context.App.Service,
            ["service.version"] = context.Release,
            ["deployment.environment.name"] = context.Environment,
        });
    }

    public string TraceId { get; }

    public long Start { get; }

    public List<SpanUpdate> Spans { get; } = [];

    public required TraceUpdate Update { get; set; }

    /// <summary>Adds a span that has ended.</summary>
    public SpanUpdate Add(SpanUpdate? parent, string name, SpanKind kind, long start, long end, JsonObject? attributes = null)
    {
        var span = new SpanUpdate
        {
            ProjectId = _context.ProjectId,
            TraceId = TraceId,
            SpanId = _random.HexId(8),
            Version = new UpdateVersion(2, end, 0),
            Hash = _random.NextInt64(),
            Name = name,
            Kind = kind,
            StartTime = start,
            EndTime = end,
            Status = SpanStatus.Ok,
            ServiceName = _context.App.Service,
            Resource = _resource,
        };
        if (parent is not null)
            span.ParentSpanId = parent.SpanId;
        if (attributes is not null)
            span.Attributes = DemoJson.Bytes(attributes);
        Spans.Add(span);
        return span;
    }

    public static void Fail(SpanUpdate span, string type, string message)
    {
        span.Status = SpanStatus.Error;
        span.ErrorType = type;
        span.StatusMessage = message;
        span.Events = DemoJson.Exception(span.EndTime ?? span.StartTime ?? 0, type, message);
    }

    /// <summary>What is said of the trace itself; the answer is null while there is none.</summary>
    public static TraceUpdate Describe(DemoContext context, string traceId, UpdateVersion version, long start, string question, string? answer, string[] tags)
    {
        var update = new TraceUpdate
        {
            ProjectId = context.ProjectId,
            TraceId = traceId,
            Version = version,
            Timestamp = start,
            Name = context.App.Name,
            UserId = context.UserId,
            SessionId = context.SessionId,
            Environment = context.Environment,
            Release = context.Release,
            Tags = tags,
            Metadata = DemoJson.Bytes(new JsonObject { ["channel"] = context.App.Flow == DemoFlow.Triage ? "email" : "web", ["turn"] = context.Turn }),
            InputPreview = Preview(question),
        };
        if (answer is not null)
            update.OutputPreview = Preview(answer);
        return update;
    }

    private static string Preview(string text) => text.Length <= 200 ? text : text[..200];
}
