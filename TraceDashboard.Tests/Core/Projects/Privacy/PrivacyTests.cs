using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Projects.Privacy;

/// <summary>What a project's settings make of what arrives, whatever brought it.</summary>
public class PrivacyTests(PostgresCluster cluster)
{
    private const string Secret = "mail carol.jones@example.org, card 5555-5555-5555-4444, key sk-Zz9yXx8wVv7uTt6sRr5q, call +44 20 7946 0958, id EMP-987654.";

    private static readonly string[] s_parts = ["carol", "example.org", "5555", "sk-Zz", "7946", "987654"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Nothing_that_a_rule_finds_is_in_any_table_whatever_protocol_brought_it(DatabaseProvider provider)
    {
        var settings = new ProjectSettings { Redaction = new(RedactionSettings.BuiltInNames, [new CustomRule("employee", "EMP-[0-9]{6}", "[employee]", false)]) };
        await using var app = await PrivacyApp.StartAsync(provider, cluster, settings);

        await app.SendEverywhereAsync(Secret);
        await app.SendEverywhereAsync(Secret); // a retry brings nothing back

        var dump = await app.DumpAsync();
        foreach (var part in s_parts)
            Assert.DoesNotContain(dump, v => v.Value.Contains(part, StringComparison.Ordinal));
        foreach (var (table, column) in new[] { ("spans", "name"), ("spans", "status_message"), ("span_contents", "input"), ("span_contents", "attributes"), ("span_contents", "events"), ("span_contents", "resource"), ("span_contents", "origin"), ("span_chunks", "text"), ("traces", "input_preview"), ("traces", "metadata"), ("traces", "user_id"), ("scores", "comment"), ("metadata_values", "value") })
            Assert.Contains(dump, v => v.Table == table && v.Column == column && v.Value.Contains("[email", StringComparison.Ordinal));
        Assert.All(dump.Where(v => v.Table == "span_contents" && v.Column is "attributes" or "events" or "resource" or "origin"), v => Assert.NotNull(JsonNode.Parse(v.Value)));
        var streamed = string.Concat(await app.Get<TraceStore>().ReadAsync((db, ct) => db.SpanChunks.OrderBy(c => c.Sequence).Select(c => c.Text).ToListAsync(ct), Cancel));
        Assert.Equal("mail [email], card [card], key [api key], call [phone], id [employee].", streamed);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Without_rules_everything_is_kept_as_it_came(DatabaseProvider provider)
    {
        await using var app = await PrivacyApp.StartAsync(provider, cluster, ProjectSettings.Default);

        await app.SendEverywhereAsync(Secret);

        var dump = await app.DumpAsync();
        foreach (var part in s_parts)
            Assert.Contains(dump, v => v.Value.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Users_whose_ids_are_redacted_stay_apart()
    {
        await using var app = await PrivacyApp.StartAsync(DatabaseProvider.Sqlite, cluster, new ProjectSettings { Redaction = new(["email"], []) });
        foreach (var (trace, user) in new[] { ("t1", "a@example.com"), ("t2", "b@example.com"), ("t3", "A@example.com"), ("t4", "u_77") })
            await app.SendAsync(HttpMethod.Post, "/api/traces/start", $$"""{"traceId":"{{trace}}","userId":"{{user}}"}""");

        var users = await app.Get<TraceStore>().ReadAsync((db, ct) => db.Traces.OrderBy(t => t.TraceId).Select(t => t.UserId!).ToListAsync(ct), Cancel);

        Assert.Matches(@"^\[email-[0-9a-f]{8}\]$", users[0]);
        Assert.NotEqual(users[0], users[1]);
        Assert.Equal(users[0], users[2]);
        Assert.Equal("u_77", users[3]);
    }

    [Theory]
    [InlineData(CaptureMode.Metadata)]
    [InlineData(CaptureMode.None)]
    public async Task Without_contents_the_numbers_stay(CaptureMode capture)
    {
        var text = "what was said, in words that nobody is to read " + new string('x', CaptureFilterLength());
        await using var app = await PrivacyApp.StartAsync(DatabaseProvider.Sqlite, cluster, new ProjectSettings { Capture = capture });
        await app.SendAsync(HttpMethod.Post, "/v1/traces", $$"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"} }] },"scopeSpans":[{"spans":[{"traceId":"{{OtlpJson.TraceId(1)}}","spanId":"{{OtlpJson.SpanId(1)}}","name":"chat",
              "startTimeUnixNano":"1764000000500000000","endTimeUnixNano":"1764000000900000000","status":{"code":2,"message":"{{text}}"},
              "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"} },{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"} },{"key":"gen_ai.usage.input_tokens","value":{"intValue":"1000"} },
                {"key":"gen_ai.input.messages","value":{"stringValue":"[{\"role\":\"user\",\"content\":\"secret words\"}]"} },{"key":"input.value","value":{"stringValue":"secret words"} },
                {"key":"traceloop.entity.output","value":{"stringValue":"secret words"} },{"key":"my.answer","value":{"stringValue":"secret words"} },{"key":"note","value":{"stringValue":"{{text}}"} },
                {"key":"gen_ai.request.temperature","value":{"doubleValue":0.5} },{"key":"region","value":{"stringValue":"eu-west"} }],
              "events":[{"timeUnixNano":"1764000000600000000","name":"gen_ai.content.completion","attributes":[{"key":"gen_ai.completion","value":{"stringValue":"secret words"} },{"key":"index","value":{"intValue":"0"} }] }] }] }] }] }
            """);
        await app.SendAsync(HttpMethod.Post, "/v1/logs", $$"""
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"{{OtlpJson.TraceId(1)}}","spanId":"{{OtlpJson.SpanId(1)}}","timeUnixNano":"1764000000500000000","eventName":"gen_ai.user.message",
              "body":{"kvlistValue":{"values":[{"key":"content","value":{"stringValue":"secret words"} }] } } }] }] }] }
            """);
        await app.SendAsync(HttpMethod.Post, "/api/traces/start", """{"traceId":"gateway","model":"gpt-4o","input":"secret words","metadata":{"tenant":"acme","question":"secret words"},"userId":"u_7","tags":["beta"]}""");
        await app.SendAsync(HttpMethod.Put, "/api/traces/gateway/update", """{"outputDelta":"secret words","sequence":0}""");
        await app.SendAsync(HttpMethod.Post, "/api/traces/gateway/complete", """{"output":"secret words","usage":{"inputTokens":10}}""");

        var dump = await app.DumpAsync();
        Assert.DoesNotContain(dump, v => v.Value.Contains("secret", StringComparison.Ordinal) || v.Value.Contains("what was said", StringComparison.Ordinal));
        Assert.DoesNotContain(dump, v => v.Table == "span_chunks");
        Assert.Equal(capture == CaptureMode.Metadata, dump.Any(v => v is { Table: "span_contents", Column: "attributes" } && v.Value.Contains("\"region\":\"eu-west\"", StringComparison.Ordinal)));
        Assert.Equal(capture == CaptureMode.Metadata, dump.Any(v => v is { Table: "span_contents", Column: "events" } && v.Value.Contains("\"index\":0", StringComparison.Ordinal)));
        Assert.Equal(capture == CaptureMode.Metadata, dump.Any(v => v is { Table: "metadata_values", Value: "acme" }));
        Assert.Equal(capture == CaptureMode.Metadata, dump.Any(v => v.Table == "span_contents"));
        var spans = await app.Get<TraceStore>().ReadAsync((db, ct) => db.Spans.OrderBy(s => s.TraceNo).ToListAsync(ct), Cancel);
        Assert.Equal([("gpt-4o", 1000L), ("gpt-4o", 10L)], spans.Select(s => (s.RequestModel!, s.TokensInput!.Value)));
        Assert.All(spans, s => Assert.NotNull(s.Cost));
        Assert.Contains(dump, v => v is { Table: "traces", Column: "user_id", Value: "u_7" });
        Assert.Contains(dump, v => v is { Table: "traces", Column: "tags", Value: """["beta"]""" });
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_same_share_of_traces_is_kept_over_all_protocols_whole_or_not_at_all(DatabaseProvider provider)
    {
        const int traces = 200;
        await using var app = await PrivacyApp.StartAsync(provider, cluster, new ProjectSettings { SampleShare = 0.3 });

        // A root by OTLP, a child by the gateway, another one and a score by Langfuse: all under the same ids.
        await app.SendAsync(HttpMethod.Post, "/v1/traces", OtlpJson.Export(Enumerable.Range(0, traces), DateTimeOffset.UtcNow));
        for (var i = 0; i < traces; i++)
            await app.SendAsync(HttpMethod.Put, $"/api/traces/{OtlpJson.TraceId(i)}/update", """{"spanId":"gateway","name":"step"}""");
        var events = Enumerable.Range(0, traces).SelectMany(i => new[]
        {
            $$"""{"id":"o{{i}}","timestamp":"2026-01-01T00:00:00Z","type":"span-create","body":{"id":"langfuse{{i}}","traceId":"{{OtlpJson.TraceId(i)}}"} }""",
            $$"""{"id":"s{{i}}","timestamp":"2026-01-01T00:00:00Z","type":"score-create","body":{"id":"score{{i}}","traceId":"{{OtlpJson.TraceId(i)}}","name":"n","value":1} }""",
        });
        await app.SendAsync(HttpMethod.Post, "/api/public/ingestion", $$"""{"batch":[{{string.Join(',', events)}}]}""", System.Net.HttpStatusCode.MultiStatus);

        var store = app.Get<TraceStore>();
        var kept = await store.ReadAsync((db, ct) => db.Traces.Select(t => t.SpanCount).ToListAsync(ct), Cancel);
        Assert.InRange(kept.Count, traces * 3 / 20, traces * 9 / 20);
        Assert.All(kept, spans => Assert.Equal(3, spans));
        Assert.Equal(kept.Count, await store.ReadAsync((db, ct) => db.Scores.CountAsync(ct), Cancel));
        Assert.Equal(kept.Count, await store.ReadAsync((db, ct) => db.TraceKeys.CountAsync(ct), Cancel));
        var metrics = await app.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        var dropped = Assert.Single(metrics.Split('\n'), l => l.StartsWith("ingestion_spans_dropped_total{", StringComparison.Ordinal));
        Assert.Matches($"reason=\"sampled\"[^ ]* {3 * (traces - kept.Count)}\\b", dropped);
    }

    [Fact]
    public async Task What_is_too_long_is_cut_and_knows_how_long_it_was()
    {
        await using var app = await PrivacyApp.StartAsync(DatabaseProvider.Sqlite, cluster, new ProjectSettings { Limits = new(1_000, 500, 200) });
        var text = new string('é', 5_000);
        await app.SendAsync(HttpMethod.Post, "/api/traces/start", $$"""
            {"traceId":"t","spanId":"s","input":"{{text}}","output":"{{text}}","attributes":{"short":"ok","long":"{{text}}","map":{"a":"{{text[..150]}}","b":"x"} },"metadata":{"long":"{{text}}"} }
            """);

        var span = await app.Get<TraceReader>().GetSpanAsync(1, "t", "s", 100, Cancel);
        Assert.Equal((new ContentCut(1_000, 10_000), new ContentCut(500, 10_000)), (span!.InputCut, span.OutputCut));
        var whole = (await app.Get<TraceReader>().GetSpanAsync(1, "t", "s", null, Cancel))!;
        Assert.Equal(new string('é', 500) + "… [cut at 1000 of 10000 bytes]", whole.Input);
        Assert.Equal(new ContentCut(1_000, 10_000), whole.InputCut);
        var attributes = JsonNode.Parse(whole.AttributesJson!)!;
        Assert.Equal("ok", attributes["short"]!.GetValue<string>());
        Assert.Equal(new string('é', 100) + "… [cut at 200 of 10000 bytes]", attributes["long"]!.GetValue<string>());
        Assert.Matches("^\\{\"a\":\"é+… \\[cut at 200 of 316 bytes\\]$", attributes["map"]!.GetValue<string>());
        var trace = await app.Get<TraceReader>().GetTraceAsync(1, "t", Cancel);
        Assert.Equal(new string('é', 100) + "… [cut at 200 of 10000 bytes]", JsonNode.Parse(trace!.MetadataJson!)!["long"]!.GetValue<string>());
    }

    private static int CaptureFilterLength() => TraceDashboard.Core.Projects.Privacy.CaptureFilter.LongestText;
}
