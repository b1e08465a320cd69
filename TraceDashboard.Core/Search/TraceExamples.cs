using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Search;

/// <summary>What the API reference shows of reading.</summary>
internal static class TraceExamples
{
    private const string Entry = """
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
        "name": "answer-question",
        "startTime": "2026-01-31T12:00:00.000Z",
        "datedAhead": false,
        "status": "ok",
        "activity": "finished",
        "latencyMs": 1900,
        "ttftMs": 750,
        "spanCount": 1,
        "errorCount": 0,
        "model": "gpt-4o-mini-2024-07-18",
        "inputTokens": 220,
        "outputTokens": 14,
        "totalTokens": 234,
        "cost": 0.0000318,
        "unpricedCalls": 0,
        "userId": "user-17",
        "sessionId": "chat-4",
        "environment": "production",
        "inputPreview": "Where is my order?",
        "scores": [{ "name": "helpful", "dataType": "numeric", "count": 2, "mean": 0.85, "category": null }]
        """;

    public static ApiExample Search { get; } = new(null, $$"""{ "items": [{ {{Entry}} }], "nextCursor": null }""");

    public static ApiExample Get { get; } = new(null, $$"""
        {
          {{Entry}},
          "endTime": "2026-01-31T12:00:01.900Z",
          "modelCalls": 1,
          "cachedTokens": 128,
          "models": ["gpt-4o-mini-2024-07-18"],
          "release": null,
          "version": null,
          "tags": [],
          "metadata": { "tenant": "acme" },
          "spans": [
            {
              "spanId": "00f067aa0ba902b7",
              "parentSpanId": null,
              "name": "answer-question",
              "kind": "generation",
              "status": "ok",
              "error": null,
              "startTime": "2026-01-31T12:00:00.000Z",
              "endTime": "2026-01-31T12:00:01.900Z",
              "firstTokenAt": "2026-01-31T12:00:00.750Z",
              "firstTokenMeasured": false,
              "modelProvider": "openai",
              "model": "gpt-4o-mini",
              "responseModel": "gpt-4o-mini-2024-07-18",
              "streaming": true,
              "usage": { "inputTokens": 220, "outputTokens": 14, "cacheReadTokens": 128, "totalTokens": 234 },
              "cost": { "amount": 0.0000318, "source": "computed", "priceKey": "2026-01/openai/gpt-4o-mini" },
              "counted": true,
              "finishReason": "stop",
              "promptId": "support-answer",
              "input": [{ "role": "user", "content": "Where is my order?" }],
              "output": "Your order A-1001 has been shipped.",
              "attributes": null,
              "events": [],
              "links": []
            }
          ],
          "nextSpanCursor": null
        }
        """);
}
