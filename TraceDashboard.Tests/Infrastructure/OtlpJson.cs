using System.Net.Http.Headers;
using System.Text;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>Small OTLP/HTTP JSON exports for tests that are not about OTLP.</summary>
internal static class OtlpJson
{
    /// <summary>Generations of their own, each a trace of one span whose ids follow from its number.</summary>
    public static string Export(IEnumerable<int> numbers, DateTimeOffset start)
    {
        var nanos = start.ToUnixTimeMilliseconds() * 1_000_000;
        var spans = numbers.Select(n => $$"""
            {"traceId":"{{TraceId(n)}}","spanId":"{{SpanId(n)}}","name":"chat gpt-4o","kind":3,
             "startTimeUnixNano":"{{nanos}}","endTimeUnixNano":"{{nanos + 250_000_000}}",
             "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"} },
                           {"key":"gen_ai.provider.name","value":{"stringValue":"openai"} },
                           {"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"} },
                           {"key":"gen_ai.usage.input_tokens","value":{"intValue":"1000"} },
                           {"key":"gen_ai.usage.output_tokens","value":{"intValue":"100"} }]}
            """);
        return $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{string.Join(',', spans)}}] }] }] }""";
    }

    public static string TraceId(int number) => $"{number:x8}".PadLeft(32, 'a');

    public static string SpanId(int number) => $"{number:x8}".PadLeft(16, 'b');

    public static async Task<HttpResponseMessage> PostOtlpAsync(this HttpClient client, string json, CancellationToken cancellationToken)
    {
        using var content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return await client.PostAsync(new Uri("/v1/traces", UriKind.Relative), content, cancellationToken);
    }
}
