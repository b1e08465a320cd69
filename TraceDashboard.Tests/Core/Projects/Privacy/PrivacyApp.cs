using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Projects.Privacy;

/// <summary>Sends through every protocol to the real app, and looks at everything that is in its store then.</summary>
internal static class PrivacyApp
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<TestApp> StartAsync(DatabaseProvider provider, PostgresCluster cluster, ProjectSettings settings)
    {
        var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        await app.Get<ProjectSettingsStore>().SaveAsync(DefaultProject.Id, settings, Cancel);
        return app;
    }

    public static async Task SendAsync(this TestApp app, HttpMethod method, string path, string json, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        using var answer = await app.Client.SendAsync(request, Cancel);
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}");
    }

    /// <summary>One trace each by OTLP with logs beside, the gateway API with a stream, and Langfuse, with the text in every place that takes one.</summary>
    /// <param name="text">In a trace with the id that its protocol is called.</param>
    public static async Task SendEverywhereAsync(this TestApp app, string text)
    {
        var quoted = JsonValue.Create(text).ToJsonString();
        var messages = JsonValue.Create($$"""[{"role":"user","content":{{quoted}} }]""").ToJsonString();
        await app.SendAsync(HttpMethod.Post, "/v1/traces", $$"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":{{quoted}} } },{"key":"process.command","value":{"stringValue":{{quoted}} } }] },
              "scopeSpans":[{"scope":{"name":{{quoted}} },"spans":[{"traceId":"{{OtlpJson.TraceId(1)}}","spanId":"{{OtlpJson.SpanId(1)}}","name":{{quoted}},"traceState":"",
                "startTimeUnixNano":"1764000000500000000","endTimeUnixNano":"1764000000900000000","status":{"code":2,"message":{{quoted}} },
                "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"} },{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"} },
                  {"key":"gen_ai.usage.input_tokens","value":{"intValue":"1000"} },{"key":"gen_ai.input.messages","value":{"stringValue":{{messages}} } },
                  {"key":"gen_ai.output.messages","value":{"stringValue":{{messages}} } },{"key":"input.value","value":{"stringValue":{{quoted}} } },
                  {"key":"user.id","value":{"stringValue":{{quoted}} } },{"key":"session.id","value":{"stringValue":{{quoted}} } },{"key":"my.note","value":{"stringValue":{{quoted}} } },
                  {"key":"my.list","value":{"arrayValue":{"values":[{"stringValue":{{quoted}} }] } } },{"key":"langfuse.trace.tags","value":{"arrayValue":{"values":[{"stringValue":{{quoted}} }] } } },
                  {"key":"langfuse.trace.metadata.note","value":{"stringValue":{{quoted}} } }],
                "events":[{"timeUnixNano":"1764000000600000000","name":{{quoted}},"attributes":[{"key":"exception.message","value":{"stringValue":{{quoted}} } }] }],
                "links":[{"traceId":"{{OtlpJson.TraceId(2)}}","spanId":"{{OtlpJson.SpanId(2)}}","attributes":[{"key":"why","value":{"stringValue":{{quoted}} } }] }] }] }] }] }
            """);
        await app.SendAsync(HttpMethod.Post, "/v1/logs", $$"""
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[
              {"traceId":"{{OtlpJson.TraceId(1)}}","spanId":"{{OtlpJson.SpanId(1)}}","timeUnixNano":"1764000000500000000","eventName":"gen_ai.user.message","body":{"kvlistValue":{"values":[{"key":"content","value":{"stringValue":{{quoted}} } }] } } },
              {"traceId":"{{OtlpJson.TraceId(1)}}","spanId":"{{OtlpJson.SpanId(3)}}","timeUnixNano":"1764000000500000000","eventName":"gen_ai.choice","body":{"stringValue":{{quoted}} } }] }] }] }
            """);

        await app.SendAsync(HttpMethod.Post, "/api/traces/start", $$"""
            {"traceId":"gateway","name":{{quoted}},"model":"gpt-4o","userId":{{quoted}},"sessionId":{{quoted}},"input":{"q":{{quoted}} },"metadata":{"deep":{"note":{{quoted}} } },"tags":[{{quoted}}],
             "attributes":{"note":{{quoted}} },"toolName":{{quoted}} }
            """);
        for (var at = 0; at < text.Length; at += 5)
            await app.SendAsync(HttpMethod.Put, "/api/traces/gateway/update", $$"""{"outputDelta":{{JsonValue.Create(text.Substring(at, Math.Min(5, text.Length - at))).ToJsonString()}},"sequence":{{at / 5}} }""");
        await app.SendAsync(HttpMethod.Post, "/api/traces/gateway/complete", $$"""
            {"error":{"message":{{quoted}} },"usage":{"inputTokens":10,"outputTokens":5},"spans":[{"spanId":"child","name":{{quoted}},"output":{{quoted}},"responseId":{{quoted}} }] }
            """);

        await app.SendAsync(HttpMethod.Post, "/api/public/ingestion", $$"""
            {"batch":[
              {"id":"1","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"langfuse","name":{{quoted}},"userId":{{quoted}},"sessionId":{{quoted}},"input":{{quoted}},"output":{"a":{{quoted}} },"metadata":{"note":{{quoted}} },"tags":[{{quoted}}],"externalId":{{quoted}} } },
              {"id":"2","timestamp":"2026-01-01T00:00:01Z","type":"generation-create","body":{"id":"g","traceId":"langfuse","name":{{quoted}},"model":"gpt-4o","input":{{quoted}},"output":{{quoted}},"metadata":{"note":{{quoted}} },"statusMessage":{{quoted}},"modelParameters":{"stop":{{quoted}} } } },
              {"id":"3","timestamp":"2026-01-01T00:00:02Z","type":"score-create","body":{"id":"s","traceId":"langfuse","name":{{quoted}},"value":{{quoted}},"comment":{{quoted}},"metadata":{"note":{{quoted}} } } }
            ]}
            """, HttpStatusCode.MultiStatus);
    }

    /// <summary>Every value of every row of every table, as text; what is stored as bytes, read as UTF-8.</summary>
    public static Task<IReadOnlyList<(string Table, string Column, string Value)>> DumpAsync(this TestApp app) => app.Get<TraceStore>().ReadAsync<IReadOnlyList<(string, string, string)>>(
        async (db, ct) =>
        {
            var values = new List<(string, string, string)>();
            await db.Database.OpenConnectionAsync(ct);
            var connection = db.Database.GetDbConnection();
            foreach (var table in db.Model.GetEntityTypes().Select(e => e.GetTableName()!).Where(t => t != "project_settings"))
            {
                await using var command = connection.CreateCommand();
                command.CommandText = $"SELECT * FROM {table}";
                await using var reader = await command.ExecuteReaderAsync(ct);
                while (await reader.ReadAsync(ct))
                {
                    for (var i = 0; i < reader.FieldCount; i++)
                    {
                        if (reader.GetValue(i) is string or byte[])
                            values.Add((table, reader.GetName(i), reader.GetValue(i) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : reader.GetString(i)));
                    }
                }
            }

            return values;
        },
        Cancel);
}
