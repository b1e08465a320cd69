using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion.Conventions;

public sealed class GenAiEvaluationsTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string SpanId = "b7ad6b7169203331";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_of_evaluators_become_scores_of_their_span_once()
    {
        await using var app = await TestApp.StartAsync();
        var numeric = Event("1000", """{"key":"gen_ai.evaluation.name","value":{"stringValue":"relevance"}},{"key":"gen_ai.evaluation.score.value","value":{"doubleValue":0.75}},{"key":"gen_ai.evaluation.score.label","value":{"stringValue":"pass"}},{"key":"gen_ai.evaluation.explanation","value":{"stringValue":"On the point."}}""");
        var category = Event("2000", """{"key":"gen_ai.evaluation.name","value":{"stringValue":"tone"}},{"key":"gen_ai.evaluation.score.label","value":{"stringValue":"friendly"}}""");
        var nameless = Event("3000", """{"key":"gen_ai.evaluation.score.value","value":{"intValue":"1"}}""");
        var empty = Event("4000", """{"key":"gen_ai.evaluation.name","value":{"stringValue":"nothing"}}""");

        for (var time = 0; time < 2; time++)
            (await app.Client.PostOtlpAsync(Export(numeric, category, nameless, empty), Cancel)).EnsureSuccessStatusCode();

        var (scores, total) = await app.Get<ScoreReader>().ListAsync(1, new ScoreFilter { TraceId = TraceId }, 0, 10, Cancel);
        Assert.Equal(2, total);
        var (tone, relevance) = (scores[0].Score, scores[1].Score);
        Assert.Equal((SpanId, "tone", ScoreDataType.Categorical, null, "friendly", ScoreSource.Evaluator), (tone.SpanId, tone.Name, tone.DataType, tone.Value, tone.Text, tone.Source));
        Assert.Equal(("relevance", ScoreDataType.Numeric, 0.75, null), (relevance.Name, relevance.DataType, relevance.Value, relevance.Text));
        Assert.Equal(("On the point.", """{"label":"pass"}""", "prod"), (relevance.Comment, relevance.Metadata, relevance.Environment));
    }

    private static string Event(string afterStart, string attributes) =>
        $$"""{"name":"gen_ai.evaluation.result","timeUnixNano":"{{1_800_000_000_000_000_000 + long.Parse(afterStart, System.Globalization.CultureInfo.InvariantCulture)}}","attributes":[{{attributes}}]}""";

    private static string Export(params string[] events) => $$"""
        {"resourceSpans":[{"resource":{"attributes":[{"key":"deployment.environment.name","value":{"stringValue":"prod"} }]},"scopeSpans":[{"spans":[
          {"traceId":"{{TraceId}}","spanId":"{{SpanId}}","name":"chat","startTimeUnixNano":"1800000000000000000","endTimeUnixNano":"1800000001000000000","events":[{{string.Join(',', events)}}]}
        ]}]}]}
        """;
}
