using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Prices;

/// <summary>What the API reference shows.</summary>
internal static class ModelExamples
{
    private const string Price = """
        {
          "id": "mp-7Hq2vXw0sWn5cXa8",
          "model": "acme-chat-*",
          "match": "glob",
          "provider": null,
          "current": 2,
          "versions": [
            { "number": 2, "validFrom": "2026-06-01T00:00:00.000Z", "validTo": null,
              "periods": [{ "from": "2026-06-01T00:00:00.000Z", "to": null }],
              "prices": { "input": 0.4, "cacheRead": 0.04, "output": 1.6 }, "createdAt": "2026-06-03T08:15:00.000Z" },
            { "number": 1, "validFrom": null, "validTo": null,
              "periods": [{ "from": null, "to": "2026-06-01T00:00:00.000Z" }],
              "prices": { "input": 0.5, "output": 2 }, "createdAt": "2026-01-31T12:00:00.000Z" }
          ],
          "createdAt": "2026-01-31T12:00:00.000Z"
        }
        """;

    private const string Found = """
        {
          "source": "own",
          "priceKey": "own/mp-7Hq2vXw0sWn5cXa8/2",
          "rule": "your price for “acme-chat-*” (glob): response model “acme-chat-large”",
          "version": "yours, from 2026-06-01",
          "problem": null,
          "prices": { "input": 0.4, "cacheRead": 0.04, "output": 1.6 },
          "own": [{ "id": "mp-7Hq2vXw0sWn5cXa8", "rule": "“acme-chat-*” (glob)", "chosen": true, "inForce": true }]
        }
        """;

    public static ApiExample Models { get; } = new(null, $$"""
        { "items": [{ "provider": "acme", "model": "acme-chat-large", "calls": 1204, "unpricedCalls": 0, "inputTokens": 2408000, "cachedTokens": 0, "outputTokens": 301000,
          "cost": 1.4448, "price": {{Found}} }], "truncated": false }
        """);

    public static ApiExample Match { get; } = new(null, Found);

    public static ApiExample List { get; } = new(null, $$"""{ "items": [{{Price}}] }""");

    public static ApiExample Add { get; } = new("""{ "model": "acme-chat-*", "match": "glob", "prices": { "input": 0.5, "output": 2 } }""", Price);

    public static ApiExample Change { get; } = new("""{ "validFrom": "2026-06-01T00:00:00Z", "prices": { "input": 0.4, "cacheRead": 0.04, "output": 1.6 } }""", Price);

    public static ApiExample Recomputations { get; } = new(null, """
        { "items": [{ "priceId": "mp-7Hq2vXw0sWn5cXa8", "from": "2026-06-01T00:00:00.000Z", "to": null, "state": "running", "done": 41000, "about": 52000, "changed": 812,
          "error": null, "createdAt": "2026-06-03T08:15:00.000Z", "finishedAt": null }],
          "catalogue": { "version": "2026-07-24", "pricedWith": "2026-07-24" } }
        """);
}
