using System.Net;
using System.Text.RegularExpressions;
using TraceDashboard.Core.Api;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

// Meters are heard by name in the whole process: while this runs, no other app may take anything in.
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed partial class TelemetryTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddMinutes(-5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_count_spans_by_what_became_of_them()
    {
        await using var app = await TestApp.StartAsync();

        using (await app.Client.PostOtlpAsync(OtlpJson.Export(Enumerable.Range(0, 3), Start), Cancel))
        using (await app.Client.PostOtlpAsync(OtlpJson.Export([4], Start).Replace(OtlpJson.SpanId(4), "00", StringComparison.Ordinal), Cancel))
        using (await app.Client.PostAsync("/api/traces/start", new StringContent("""{"nmae":"x"}""", System.Text.Encoding.UTF8, "application/json"), Cancel))
        {
            var metrics = await ReadAsync(app);

            Assert.Equal(5, metrics["ingestion_spans_received_total"]);
            Assert.Equal(3, metrics["ingestion_spans_accepted_total"]);
            Assert.Equal(2, metrics["""ingestion_spans_rejected_total{reason="invalid"}"""]);
            Assert.Equal(1, metrics["ingestion_commit_duration_seconds_count"]);
            Assert.Equal(0, metrics["ingestion_queue_items"]);
            Assert.Equal(0, metrics["ingestion_queue_bytes"]);
            Assert.Equal(0, metrics["ingestion_queue_oldest_seconds"]);
        }
    }

    [Fact]
    public async Task Metrics_count_requests_that_found_no_room()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["Ingestion:MaxBytesInFlight"] = "1048576" } });
        using var held = app.Get<Admission>().Hold(1048576 - 200);

        using var refused = await app.Client.PostOtlpAsync(OtlpJson.Export([1], Start), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(1, (await ReadAsync(app))["""ingestion_requests_refused_total{reason="overload"}"""]);
    }

    /// <summary>By name with labels, without the labels that say where it comes from.</summary>
    private static async Task<Dictionary<string, double>> ReadAsync(TestApp app)
    {
        var text = await app.Client.GetStringAsync("/metrics", Cancel);
        return text.Split('\n')
            .Where(line => line.StartsWith("ingestion", StringComparison.Ordinal))
            .Select(line => Line().Match(line))
            .GroupBy(m => m.Groups["name"].Value + OwnLabels(m.Groups["labels"].Value))
            .ToDictionary(g => g.Key, g => g.Sum(m => double.Parse(m.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static string OwnLabels(string labels)
    {
        var own = labels.Split(',').Where(l => l.StartsWith("reason=", StringComparison.Ordinal)).ToList();
        return own.Count == 0 ? "" : "{" + own[0] + "}";
    }

    [GeneratedRegex("""^(?<name>\w+)(\{(?<labels>.*)\})? (?<value>[-\d.eE+]+)""")]
    private static partial Regex Line();
}
