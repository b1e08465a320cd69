using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using TraceDashboard.Core.Upkeep;
using TraceDashboard.Tests.Core.Ingestion.Lifecycle;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion;

public sealed class SqliteManyUpdatesApiTests(SqliteManyUpdatesApiTests.App fixture) : ManyUpdatesApiTests(fixture), IClassFixture<SqliteManyUpdatesApiTests.App>
{
    public sealed class App() : ManyItemsApp(null);
}

public sealed class PostgresManyUpdatesApiTests(PostgresManyUpdatesApiTests.App fixture) : ManyUpdatesApiTests(fixture), IClassFixture<PostgresManyUpdatesApiTests.App>
{
    public sealed class App(PostgresCluster cluster) : ManyItemsApp(cluster);
}

/// <summary>One request with very many updates of one trace or span, each of which says something else.</summary>
public abstract class ManyUpdatesApiTests(LifecycleApp fixture)
{
    private const int Count = 16_000;

    // Takes under a second on an idle machine; when each update costs as much as those before it together, minutes.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_events_of_langfuse_about_one_trace_and_one_observation_are_written_at_once()
    {
        var traces = Enumerable.Range(0, Count).Select(i =>
            $$"""{"id":"t{{i}}","type":"trace-create","timestamp":"2026-01-01T00:00:00.{{i % 1000:000}}Z","body":{"id":"many-traces","metadata":{"k{{i}}":1},"tags":["t{{i % 10}}"]} }""");
        await SendAsync(HttpMethod.Post, "/api/public/ingestion", Json($$"""{"batch":[{{string.Join(',', traces)}}]}"""));
        Assert.Equal(Count, (await TraceAsync("many-traces"))["metadata"]!.AsObject().Count);

        var generations = Enumerable.Range(0, Count).Select(i =>
            $$"""{"id":"g{{i}}","type":"generation-update","timestamp":"2026-01-01T00:00:00.{{i % 1000:000}}Z","body":{"id":"g","traceId":"many-generations","metadata":{"k{{i}}":1},"usageDetails":{"u{{i}}":1} } }""");
        await SendAsync(HttpMethod.Post, "/api/public/ingestion", Json($$"""{"batch":[{{string.Join(',', generations)}}]}"""));
        var attributes = (await TraceAsync("many-generations"))["spans"]![0]!["attributes"]!;
        Assert.Equal(Count, attributes["langfuse.observation.metadata"]!.AsObject().Count);
        Assert.Equal(Count, attributes["langfuse.observation.usage_details"]!.AsObject().Count);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-protobuf")]
    public async Task Many_spans_that_speak_of_their_trace_and_many_updates_of_one_span_are_written_at_once(string type)
    {
        var id = type.Length.ToString("x32", CultureInfo.InvariantCulture);
        var spans = Enumerable.Range(1, Count).Select(i => Span(i, i, $"langfuse.trace.metadata.k{i}")).ToArray();
        await SendAsync(HttpMethod.Post, "/v1/traces", Export(spans));
        var trace = await TraceAsync(id);
        while (trace["spanCount"]!.GetValue<int>() < Count)
        {
            await fixture.Value.Get<IEnumerable<IHostedService>>().OfType<SummaryRefresher>().Single().RefreshAsync(Cancel);
            trace = await TraceAsync(id);
        }

        Assert.Equal(Count, trace["metadata"]!.AsObject().Count);
        Assert.Equal(Count, trace["spanCount"]!.GetValue<int>());

        id = type.Length.ToString("x16", CultureInfo.InvariantCulture).PadRight(32, 'a');
        await SendAsync(HttpMethod.Post, "/v1/traces", Export([.. Enumerable.Range(1, Count).Select(i => Span(1, i, $"k{i}"))]));
        Assert.Equal(Count, Assert.Single((await TraceAsync(id))["spans"]!.AsArray())!["attributes"]!.AsObject().Count);

        JsonObject Span(int number, int time, string attribute)
        {
            var span = OtlpBodies.Span(number, $$"""{"{{attribute}}":1}""");
            span["traceId"] = id;
            span["endTimeUnixNano"] = (OtlpBodies.Start + (ulong)time).ToString(CultureInfo.InvariantCulture);
            return span;
        }

        ByteArrayContent Export(JsonNode[] spans)
        {
            var request = OtlpBodies.Request(spans);
            var content = new ByteArrayContent(type == "application/json" ? OtlpBodies.ToJson(request) : OtlpBodies.ToProtobuf(request));
            content.Headers.ContentType = new MediaTypeHeaderValue(type);
            return content;
        }
    }

    [Fact]
    public async Task Many_updates_of_one_step_in_one_call_are_written_at_once()
    {
        var steps = Enumerable.Range(0, Count).Select(i => $$"""{"spanId":"step","attributes":{"k{{i}}":1},"events":[{"name":"e{{i}}"}]}""");
        await SendAsync(HttpMethod.Put, "/api/traces/many-steps/update", Json($$"""{"spans":[{{string.Join(',', steps)}}]}"""));

        var step = (await TraceAsync("many-steps"))["spans"]!.AsArray().Single(s => s!["spanId"]!.GetValue<string>() == "step")!;
        Assert.Equal(Count, step["attributes"]!.AsObject().Count);
        Assert.Equal(Count, step["events"]!.AsArray().Count);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private async Task SendAsync(HttpMethod method, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        var began = Stopwatch.GetTimestamp();
        using var response = await fixture.Value.Client.SendAsync(request, Cancel).WaitAsync(s_patience, Cancel);
        TestContext.Current.TestOutputHelper!.WriteLine($"{path}: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:N0} ms");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private async Task<JsonNode> TraceAsync(string traceId) =>
        JsonNode.Parse(await fixture.Value.Client.GetStringAsync(new Uri($"/api/traces/{traceId}", UriKind.Relative), Cancel))!;
}

/// <summary>Takes more items in one call than the default.</summary>
public abstract class ManyItemsApp(PostgresCluster? cluster) : LifecycleApp(cluster)
{
    protected override TestAppOptions Options => new() { Settings = new Dictionary<string, string?> { ["Ingestion:MaxSpanItems"] = "40000" } };
}
