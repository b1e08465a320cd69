using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Benchmarks.Reference;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Benchmarks;

/// <summary>What it takes to make updates of the bytes of a request: decoding and mapping on one thread, without HTTP, redaction and storing.</summary>
internal static class DecodeBenchmark
{
    /// <summary>Long enough for the just-in-time compiler to be done with it.</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Run(BenchOptions options, CancellationToken cancellationToken)
    {
        Report.Heading($"Decoding and mapping on one thread: bodies of {options.Batch} spans");
        foreach (var (name, encoding, body) in Bodies(options.Batch))
        {
            var (cpu, allocated) = Measure(() => Decode(encoding, body), options, cancellationToken);
            var bytes = body.Length / (double)options.Batch;
            Report.Line($"  {name,-26} {cpu,6:N1} µs CPU a span of {bytes:N0} bytes, {allocated:N0} bytes allocated, {allocated / bytes:N2} times its size");
            if (encoding == OtlpEncoding.Json)
                continue;
            var (referenceCpu, referenceAllocated) = Measure(() => ReferenceParser.Parse(body).Count, options, cancellationToken);
            Report.Line($"  {"  reference parser",-26} {referenceCpu,6:N1} µs CPU, {referenceAllocated:N0} bytes allocated; ratio {cpu / referenceCpu:N2} in CPU, {allocated / referenceAllocated:N2} in bytes");
        }
    }

    private static IEnumerable<(string Name, OtlpEncoding Encoding, byte[] Body)> Bodies(int count)
    {
        var spans = new SampleSpan[count];
        new SpanGenerator(7, new SampleText(7), () => UnixNanos.FromDateTimeOffset(DateTimeOffset.UtcNow)).Fill(spans);
        foreach (var (name, attributes) in Dialects.All)
        {
            var body = new OtlpEncoder().Encode(spans, attributes).ToArray();
            yield return (name, OtlpEncoding.Protobuf, body);
            if (attributes is null)
                yield return (name + ", JSON", OtlpEncoding.Json, ToJson(ReferenceParser.Parse(body)));
        }
    }

    private static int Decode(OtlpEncoding encoding, byte[] body)
    {
        var decoder = new OtlpDecoder(encoding.Open(OtlpSignal.Traces, body, body.Length, new IngestionOptions()), projectId: 1);
        var spans = 0;
        while (decoder.Next(OtlpExport.BatchBytes) is { } batch)
            spans += batch.Spans.Count;
        return spans;
    }

    /// <summary>CPU includes that of garbage collection.</summary>
    private static (double Microseconds, double Bytes) Measure(Func<int> work, BenchOptions options, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_warmUp)
            Check();
        GC.Collect();
        var (cpu, allocated, spans) = (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread(), 0L);
        while (spans < options.Spans)
            spans += Check();
        return ((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / spans, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)spans);

        int Check()
        {
            cancellationToken.ThrowIfCancellationRequested();
            var done = work();
            return done == options.Batch ? done : throw new InvalidOperationException($"{done} of {options.Batch} spans were decoded.");
        }
    }

    /// <summary>The same spans as OTLP/JSON, with escapes as clients write them.</summary>
    private static byte[] ToJson(List<ReferenceSpan> spans) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        resourceSpans = new[]
        {
            new { scopeSpans = new[] { new { spans = spans.Select(s => new
            {
                traceId = Convert.ToHexStringLower(s.TraceId),
                spanId = Convert.ToHexStringLower(s.SpanId),
                parentSpanId = s.ParentSpanId is null ? "" : Convert.ToHexStringLower(s.ParentSpanId),
                name = s.Name,
                startTimeUnixNano = $"{s.Start}",
                endTimeUnixNano = $"{s.End}",
                attributes = s.Attributes.Select(a => new { key = a.Key, value = Value(a.Value) }),
            }) } } },
        },
    }, s_json);

    private static Dictionary<string, object?> Value(object? value) => value switch
    {
        string text => new() { ["stringValue"] = text },
        long number => new() { ["intValue"] = $"{number}" },
        _ => new() { ["doubleValue"] = value },
    };
}
