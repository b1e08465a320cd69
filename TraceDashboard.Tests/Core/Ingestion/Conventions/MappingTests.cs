using System.Text.Json.Nodes;
using TraceDashboard.Tests.Core.Ingestion.Otlp;

namespace TraceDashboard.Tests.Core.Ingestion.Conventions;

/// <summary>
/// Each file in <c>Cases</c> is one span and what it must become. <c>expect</c> names every field that is set, but for those
/// in <see cref="Common"/>, which are compared when they are named; <c>trace</c> the same of the trace.
/// </summary>
public sealed class MappingTests
{
    private static readonly string[] Common =
        ["version", "parentSpanId", "name", "kind", "status", "startTime", "endTime", "attributes", "events", "resource", "origin", "serviceName"];

    public static TheoryData<string> Cases =>
        [.. typeof(MappingTests).Assembly.GetManifestResourceNames().Where(n => n.Contains(".Conventions.Cases.", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_span_becomes_what_its_attributes_say(string file)
    {
        await using var stream = typeof(MappingTests).Assembly.GetManifestResourceStream(file)!;
        var test = (await JsonNode.ParseAsync(stream, cancellationToken: TestContext.Current.CancellationToken))!;
        var request = OtlpBodies.RequestFrom(test["resource"] as JsonObject ?? [], ToSpan(test["span"]!.AsObject()));
        foreach (var decoded in new[] { OtlpDecoding.OfJson(request), OtlpDecoding.OfProtobuf(request) })
        {
            Assert.Equal("", decoded.Reasons);
            Compare(test["expect"]!.AsObject(), OtlpDecoding.Show(Assert.Single(decoded.Spans)), Common);
            if (test["trace"] is JsonObject trace)
                Compare(trace, OtlpDecoding.Show(Assert.Single(decoded.Traces)), ["timestamp", "name"]);
        }
    }

    private static JsonObject ToSpan(JsonObject given)
    {
        var span = OtlpBodies.Span();
        foreach (var (name, value) in given)
        {
            span[name] = name switch
            {
                "attributes" => OtlpBodies.Attributes(value!.AsObject()),
                "events" => new JsonArray([.. value!.AsArray().Select(e => (JsonNode)new JsonObject
                {
                    ["timeUnixNano"] = "1764000000100000000",
                    ["name"] = e!["name"]!.DeepClone(),
                    ["attributes"] = OtlpBodies.Attributes(e["attributes"]!.AsObject()),
                })]),
                _ => value!.DeepClone(),
            };
        }

        return span;
    }

    private static void Compare(JsonObject expected, JsonObject actual, string[] optional)
    {
        foreach (var (name, value) in expected)
        {
            var found = actual[name];
            // Contents are stored as text; a case may spell them as JSON.
            if (value is JsonArray or JsonObject && found is JsonValue text && text.TryGetValue<string>(out var json))
                found = JsonNode.Parse(json);
            Assert.Equal($"{name}: {value?.ToJsonString()}", $"{name}: {found?.ToJsonString()}");
        }

        Assert.Equal([], actual.Select(f => f.Key).Except(optional).Except(expected.Select(f => f.Key)));
    }
}
