using System.Text;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>A trace of one model call, as a program sends it: through the pipeline of a running app.</summary>
public sealed record SentTrace
{
    public string TraceId { get; init; } = Guid.NewGuid().ToString("N");

    public string Name { get; init; } = "support.chat";

    public string Input { get; init; } = "Where is my refund?";

    public string? User { get; init; } = "u_1";

    public string Model { get; init; } = "gpt-4o";

    public DateTimeOffset Start { get; init; } = DateTimeOffset.UtcNow.AddSeconds(-10);

    /// <summary>Null while the call is running.</summary>
    public TimeSpan? Duration { get; init; } = TimeSpan.FromSeconds(2);

    public SpanStatus Status { get; init; } = SpanStatus.Ok;

    /// <summary>Grows with each message that says more of the trace.</summary>
    public int Sequence { get; init; }

    /// <summary>Stores the traces in one transaction; returns when they are durable.</summary>
    public static async Task SendAsync(TestApp app, params SentTrace[] traces)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        const int projectId = DefaultProject.Id;
        var batch = new IngestBatch(projectId, [.. traces.Select(t => t.ToSpan(projectId))], [.. traces.Select(t => t.ToTrace(projectId))]);
        var result = await app.Get<IngestionPipeline>().WriteAsync(batch, cancellationToken);
        Assert.Empty(result.Rejected);
    }

    private SpanUpdate ToSpan(int projectId)
    {
        var start = UnixNanos.FromDateTimeOffset(Start);
        var span = new SpanUpdate
        {
            ProjectId = projectId,
            TraceId = TraceId,
            SpanId = "0000000000000001",
            Version = Version(start),
            Name = "chat " + Model,
            Kind = SpanKind.Generation,
            StartTime = start,
            FirstTokenTime = start + 300 * UnixNanos.PerMillisecond,
            RequestModel = Model,
            ResponseModel = Model,
            Status = Status,
            Input = Encoding.UTF8.GetBytes(Input),
            ReportedCost = 0.0123m,
        };
        if (Duration is { } duration)
            span.EndTime = start + UnixNanos.FromTimeSpan(duration);
        return span;
    }

    private TraceUpdate ToTrace(int projectId)
    {
        var start = UnixNanos.FromDateTimeOffset(Start);
        return new TraceUpdate
        {
            ProjectId = projectId,
            TraceId = TraceId,
            Version = Version(start),
            Timestamp = start,
            Name = Name,
            UserId = User,
            InputPreview = Input,
        };
    }

    private UpdateVersion Version(long start) => new(Duration is null ? (byte)1 : (byte)2, start, Sequence);
}
