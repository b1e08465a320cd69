using System.Diagnostics;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Ingestion.Lifecycle;

namespace TraceDashboard.Tests.Core.Api;

public sealed class BodyParserTests
{
    [Fact]
    public void Every_unknown_and_wrong_field_is_named_with_its_path()
    {
        var errors = Errors("""
            {
              "tokns": 1,
              "usage": { "inputTokens": "12", "outputTokens": 1.5, "input_tokens": 3 },
              "spans": [ { "spanId": 7 }, "x", { "Name": "upper" } ],
              "streaming": "yes",
              "tags": "one",
              "cost": "0.1",
              "name": "a", "name": "b",
              "events": [ { "name": "e", "at": 1 } ]
            }
            """);

        Assert.Equal(
            ["cost", "events[0].at", "name", "spans[0].spanId", "spans[1]", "spans[2].Name", "streaming", "tags", "tokns", "usage.inputTokens", "usage.input_tokens", "usage.outputTokens"],
            errors.Keys.Order(StringComparer.OrdinalIgnoreCase).ThenBy(k => k, StringComparer.Ordinal));
        Assert.Equal("must be a whole number, not a text in quotes", Assert.Single(errors["usage.inputTokens"]));
        Assert.Equal("must be a whole number, not 1.5", Assert.Single(errors["usage.outputTokens"]));
        Assert.Equal("unknown field 'input_tokens'; did you mean 'inputTokens'?", Assert.Single(errors["usage.input_tokens"]));
        Assert.Equal("unknown field 'Name'; did you mean 'name'?", Assert.Single(errors["spans[2].Name"]));
        Assert.Equal("is given twice; send it once", Assert.Single(errors["name"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{\"name\":\"a\"} {}")]
    [InlineData("{'name':1}")]
    public void What_is_not_a_json_object_is_an_error_of_the_body(string json) => Assert.Equal(["$"], Errors(json).Keys);

    [Fact]
    public void What_nests_too_deep_is_an_error_and_not_a_crash()
    {
        var deep = new string('[', 100_000);

        Assert.Equal(["$"], Errors($"{{\"input\":{deep}").Keys);
        Assert.Equal(["$"], Errors($"{{\"input\":{new string('[', 130)}{new string(']', 130)}}}").Keys);
    }

    [Fact]
    public void What_is_not_utf8_is_an_error() => Assert.Equal(["$"], Errors([.. "{\"name\":\""u8, 0xff, .. "\"}"u8]).Keys);

    [Fact]
    public void Nul_and_lone_surrogates_are_taken_out_and_pairs_stay()
    {
        var json = """{"name":"a\u0000b\ud800c\ud83d\ude00\\u0000\udc00","input":{"k\u0000":"\uD83D"}}""";
        var errors = new ApiErrors();

        var body = Encoding.UTF8.GetBytes(json);

        var request = BodyParser.Parse(body, LifecycleJson.Default.UpdateTraceRequest, errors, cancellationToken: TestContext.Current.CancellationToken);

        Assert.False(errors.Any);
        Assert.Equal("ab\uFFFDc😀\\u0000\uFFFD", request!.Name);
        Assert.Equal("""{"k":"\uFFFD"}""", Encoding.UTF8.GetString(request.Input!.Value.Of(body).Raw));
    }

    [Fact]
    public void Null_says_nothing()
    {
        var errors = new ApiErrors();

        var request = BodyParser.Parse("""{"name":null,"usage":null,"tags":null,"spans":null,"input":null}"""u8.ToArray(), LifecycleJson.Default.UpdateTraceRequest, errors, cancellationToken: TestContext.Current.CancellationToken);

        Assert.False(errors.Any);
        Assert.Null(request!.Name);
        Assert.Null(request.Usage);
    }

    [Theory]
    [InlineData("\"x\":1")]
    [InlineData("\"name\":1")]
    [InlineData("\"name\":\"a\"")]
    [InlineData("\"error\":{\"x\":1}")]
    public void Of_very_many_errors_the_first_are_told_in_linear_time(string member)
    {
        var (small, large) = (Body(50_000), Body(500_000));
        _ = Errors(small);

        var watch = Stopwatch.StartNew();
        var errors = Errors(large);

        Assert.InRange(errors.Values.Sum(e => e.Length), 1, ApiErrors.Most);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));

        byte[] Body(int count) => Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Repeat(member, count))}}}");
    }

    [Fact]
    public void Parsing_ends_when_the_sender_has_gone()
    {
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        Assert.Throws<OperationCanceledException>(() =>
            BodyParser.Parse("""{"name":"a"}"""u8.ToArray(), LifecycleJson.Default.UpdateTraceRequest, new ApiErrors(), cancellationToken: gone.Token));
        Check("""{"x":1}""", LifecycleJson.Default.UpdateTraceRequest);
        Check("""["a"]""", LifecycleJson.Default.Options.GetTypeInfo(typeof(UpdateTraceRequest).GetProperty(nameof(UpdateTraceRequest.Tags))!.PropertyType));

        // Within a body, too, as often as there is something new in it.
        void Check(string json, JsonTypeInfo type) => Assert.Throws<OperationCanceledException>(() =>
            BodyCheck.Run(Encoding.UTF8.GetBytes(json), type, int.MaxValue, new ApiErrors(), gone.Token));
    }

    [Fact]
    public void Names_and_values_that_are_very_long_are_told_by_their_beginning()
    {
        var text = new string('x', 1_000_000);

        var errors = Errors($$"""{"{{text}}":1,"sequence":{{new string('1', 1_000_000)}}}""");

        Assert.Equal(2, errors.Count);
        Assert.All(errors, e => Assert.InRange(e.Key.Length + e.Value[0].Length, 1, 400));
    }

    private static IDictionary<string, string[]> Errors(string json) => Errors(Encoding.UTF8.GetBytes(json));

    private static IDictionary<string, string[]> Errors(byte[] json)
    {
        var errors = new ApiErrors();
        Assert.Null(BodyParser.Parse(json, LifecycleJson.Default.UpdateTraceRequest, errors, cancellationToken: TestContext.Current.CancellationToken));
        return errors.ByPath;
    }
}
