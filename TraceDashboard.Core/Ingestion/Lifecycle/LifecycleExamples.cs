using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>What the API reference shows of the three calls: one answer of a model, streamed.</summary>
internal static class LifecycleExamples
{
    private const string Handle = """
        {
          "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
          "spanId": "00f067aa0ba902b7",
          "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        }
        """;

    public static ApiExample Start { get; } = new("""
        {
          "name": "answer-question",
          "timestamp": "2026-01-31T12:00:00.000Z",
          "userId": "user-17",
          "sessionId": "chat-4",
          "environment": "production",
          "modelProvider": "openai",
          "model": "gpt-4o-mini",
          "promptId": "support-answer",
          "streaming": true,
          "input": [{ "role": "user", "content": "Where is my order?" }],
          "metadata": { "tenant": "acme" }
        }
        """, Handle);

    public static ApiExample Update { get; } = new("""
        {
          "timestamp": "2026-01-31T12:00:00.800Z",
          "sequence": 0,
          "outputDelta": "Your order ",
          "firstTokenAt": "2026-01-31T12:00:00.750Z",
          "spans": [
            {
              "spanId": "lookup-1",
              "name": "find_order",
              "kind": "tool",
              "startTime": "2026-01-31T12:00:00.200Z",
              "endTime": "2026-01-31T12:00:00.310Z",
              "input": { "user": "user-17" },
              "output": { "order": "A-1001", "state": "shipped" }
            }
          ],
          "events": [{ "name": "retry", "time": "2026-01-31T12:00:00.400Z", "attributes": { "attempt": 2 } }]
        }
        """, Handle);

    public static ApiExample Complete { get; } = new("""
        {
          "timestamp": "2026-01-31T12:00:01.900Z",
          "output": "Your order A-1001 has been shipped.",
          "usage": { "inputTokens": 220, "cacheReadTokens": 128, "outputTokens": 14 },
          "finishReason": "stop",
          "responseModel": "gpt-4o-mini-2024-07-18",
          "status": "ok"
        }
        """, Handle);
}
