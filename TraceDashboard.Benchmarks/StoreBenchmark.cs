using System.Diagnostics;
using System.Text.Json;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Benchmarks.Reference;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Benchmarks;

/// <summary>What the pipeline and the writer alone cost, without HTTP and decoding: the difference to ingestion is theirs.</summary>
internal static class StoreBenchmark
{
    private const int ProjectId = 1;
    private const int BatchesInARound = 40;

    public static async Task RunAsync(BenchStore store, BenchOptions options, CancellationToken cancellationToken)
    {
        Report.Heading($"Pipeline alone, {store.Name}: {options.Connections} senders, batches of {options.Batch}");
        await using var app = await HostedApp.StartAsync(store, cancellationToken);
        var pipeline = app.Get<IngestionPipeline>();
        var generator = new SpanGenerator(Random.Shared.Next(), new SampleText(7), () => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100);
        await RoundsAsync(2);
        var reference = ReferenceWriter.Measure(store, options.ReferenceSpans, cancellationToken);
        var rounds = Math.Max(1, options.Spans / (BatchesInARound * options.Batch));
        var (elapsed, cpu, allocated) = await RoundsAsync(rounds);
        var spans = rounds * BatchesInARound * options.Batch;
        var rate = spans / elapsed.TotalSeconds;
        Report.Line($"  {rate,10:N0} spans/s, ratio {rate / reference:N2} to the reference writer's {reference:N0}");
        Report.Line($"  {cpu.TotalMicroseconds / spans,10:N0} µs CPU a span, {allocated / spans:N0} bytes allocated a span");

        async Task<(TimeSpan Elapsed, TimeSpan Cpu, long Allocated)> RoundsAsync(int count)
        {
            // What a round writes is made before its clock starts.
            TimeSpan elapsed = TimeSpan.Zero, cpu = TimeSpan.Zero;
            var allocated = 0L;
            for (var round = 0; round < count; round++)
            {
                var batches = Enumerable.Range(0, BatchesInARound).Select(_ => Batch(generator, options.Batch)).ToArray();
                var (started, cpuBefore, allocatedBefore) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
                await Parallel.ForEachAsync(
                    batches, new ParallelOptions { MaxDegreeOfParallelism = options.Connections, CancellationToken = cancellationToken },
                    async (batch, token) => await pipeline.WriteAsync(batch, token));
                elapsed += Stopwatch.GetElapsedTime(started);
                cpu += Environment.CpuUsage.TotalTime - cpuBefore;
                allocated += GC.GetTotalAllocatedBytes() - allocatedBefore;
            }

            return (elapsed, cpu, allocated);
        }
    }

    private static IngestBatch Batch(SpanGenerator generator, int spans)
    {
        var updates = new SpanUpdate[spans];
        var traces = new List<TraceUpdate>();
        for (var i = 0; i < spans; i++)
        {
            var span = generator.Next();
            updates[i] = ToUpdate(span);
            if (span.ParentSpanId is null)
                traces.Add(ToTraceUpdate(span));
        }

        return new IngestBatch(ProjectId, updates, traces);
    }

    private static SpanUpdate ToUpdate(SampleSpan span)
    {
        var update = new SpanUpdate
        {
            ProjectId = ProjectId,
            TraceId = Convert.ToHexStringLower(span.TraceId),
            SpanId = Convert.ToHexStringLower(span.SpanId),
            Version = new UpdateVersion(2, span.End, 0),
            Hash = BitConverter.ToInt64(span.SpanId),
            Name = span.Name,
            Kind = span.Operation switch
            {
                "chat" => SpanKind.Generation,
                "embeddings" => SpanKind.Embedding,
                "retrieval" => SpanKind.Retriever,
                "execute_tool" => SpanKind.Tool,
                _ => SpanKind.Agent,
            },
            Status = span.Failed ? SpanStatus.Error : SpanStatus.Unset,
            StartTime = span.Start,
            EndTime = span.End,
            Input = span.Input,
            Output = span.Output,
            Attributes = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["gen_ai.operation.name"] = span.Operation, ["user.id"] = span.UserId, ["gen_ai.conversation.id"] = span.SessionId }),
            ServiceName = "support-bot",
        };
        if (span.ParentSpanId is not null)
            update.ParentSpanId = Convert.ToHexStringLower(span.ParentSpanId);
        if (span.CallsModel)
        {
            update.Provider = span.Provider;
            update.RequestModel = update.ResponseModel = span.Model;
            update.ResponseId = span.ResponseId;
            update.Usage = new TokenUsage { Input = span.InputTokens - span.CachedTokens, CacheRead = span.CachedTokens, Output = span.OutputTokens };
        }

        return update;
    }

    private static TraceUpdate ToTraceUpdate(SampleSpan root) => new()
    {
        ProjectId = ProjectId,
        TraceId = Convert.ToHexStringLower(root.TraceId),
        Version = new UpdateVersion(2, root.End, 0),
        Timestamp = root.Start,
        Name = root.Name,
        UserId = root.UserId,
        SessionId = root.SessionId,
        Environment = "production",
    };
}
