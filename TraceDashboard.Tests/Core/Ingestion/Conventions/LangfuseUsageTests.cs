using System.Globalization;
using System.Text;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Tests.Core.Ingestion.Conventions;

public sealed class LangfuseUsageTests
{
    [Theory]
    [InlineData("""{"input":10,"output":5,"total":15}""", "{}", 10L, null, null, 5L, null)]
    [InlineData("""{"promptTokens":10,"completionTokens":5}""", "{}", 10L, null, null, 5L, null)]
    [InlineData("""{"input":10,"output":5,"unit":"CHARACTERS"}""", "{}", null, null, null, null, null)]
    [InlineData("""{"input":10,"output":5}""", """{"input":7}""", 7L, null, null, 5L, null)]
    [InlineData("null", """{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":60,"audio_tokens":null},"completion_tokens_details":{"reasoning_tokens":20}}""", 40L, 60L, null, 30L, 20L)]
    [InlineData("null", """{"input_tokens":100,"output_tokens":50,"total_tokens":150,"input_tokens_details":{"cached_tokens":60},"output_tokens_details":{"reasoning_tokens":20}}""", 40L, 60L, null, 30L, 20L)]
    [InlineData("null", """{"input":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":7,"output":5}""", 10L, 100L, 7L, 5L, null)]
    [InlineData("null", """{"input":110,"input_cached_tokens":100,"output":5,"total":115}""", 10L, 100L, null, 5L, null)]
    [InlineData("null", """{"input":10,"input_cached_tokens":100,"output":5,"output_reasoning_tokens":3,"total":118}""", 10L, 100L, null, 5L, 3L)]
    [InlineData("null", """{"output":5,"total":15}""", 10L, null, null, 5L, null)]
    [InlineData("null", """{"input":"a","output":"5","other":null,"negative_input":-1}""", null, null, null, 5L, null)]
    [InlineData("null", """{"input":1,"input_retrieved_tokens":4,"input_cache_creation":50,"input_cache_creation_5m":50,"output":5,"output_plan":6}""", 5L, null, 50L, 11L, null)]
    [InlineData("null", """{"total":15}""", null, null, null, null, null)]
    public void Usage_goes_into_disjoint_buckets(string usage, string details, long? input, long? cacheRead, long? cacheWrite, long? output, long? reasoning)
    {
        var tokens = LangfuseUsage.From(Encoding.UTF8.GetBytes(details), Encoding.UTF8.GetBytes(usage));
        Assert.Equal((input, cacheRead, cacheWrite, output, reasoning), (tokens?.Input, tokens?.CacheRead, tokens?.CacheWrite5m, tokens?.Output, tokens?.Reasoning));
    }

    [Theory]
    [InlineData("null", """{"input":10,"output":5,"web_search_requests":3,"images":2}""", """{"images":2,"web_search_requests":3}""", null, 15L)]
    [InlineData("null", """{"prompt_tokens":10,"completion_tokens":5,"Tool_Calls":3}""", """{"Tool_Calls":3}""", null, 15L)]
    [InlineData("null", """{"completion_tokens":5,"server_tool_use":{"web_search_requests":3},"credits":7}""", """{"credits":7,"server_tool_use.web_search_requests":3}""", null, 5L)]
    [InlineData("null", """{"input_characters":900,"audio_seconds":30}""", """{"audio_seconds":30,"input_characters":900}""", null, null)]
    [InlineData("""{"input":900,"output":20,"unit":"CHARACTERS"}""", "{}", """{"input_characters":900,"output_characters":20}""", null, null)]
    [InlineData("""{"input":1,"inputCost":1,"totalCost":2}""", "{}", null, null, 1L)]
    [InlineData("null", """{"total":100}""", null, 100L, 100L)]
    public void What_is_no_token_keeps_its_name_and_a_total_alone_stays_one(string usage, string details, string? other, long? unsplit, long? total)
    {
        var tokens = LangfuseUsage.From(Encoding.UTF8.GetBytes(details), Encoding.UTF8.GetBytes(usage));
        Assert.Equal((other, unsplit, total), (tokens?.Other, tokens?.Unsplit, tokens?.Total));
    }

    [Fact]
    public void The_names_that_are_written_are_read_as_what_they_name()
    {
        foreach (var (name, bucket) in LangfuseUsage.Names.Where(n => n.Bucket != TokenBucket.Request))
        {
            var tokens = LangfuseUsage.From(Encoding.UTF8.GetBytes($$"""{"input":1,"output":2,"{{name}}":40}"""))!;
            Assert.Equal((name, 40L), (name, TokenBuckets.Of(tokens, bucket)));
        }

        foreach (var unit in LangfuseUsage.Units)
        {
            var counted = LangfuseUsage.From("{}"u8, Encoding.UTF8.GetBytes($$"""{"input":9,"unit":"{{unit}}"}"""))!;
            Assert.Equal((null, $$"""{"input_{{unit.ToLowerInvariant()}}":9}"""), (counted.Total, counted.Other));
            Assert.Null(LangfuseUsage.From(Encoding.UTF8.GetBytes($$"""{"web_{{unit.ToLowerInvariant()}}":9}"""))!.Total);
        }
    }

    [Theory]
    [InlineData("{}", """{"input":0.5,"output":0.25}""", "0.75")]
    [InlineData("{}", """{"input":0.5,"total":2,"negative":-1}""", "2")]
    [InlineData("""{"inputCost":1,"outputCost":2}""", "{}", "3")]
    [InlineData("""{"totalCost":0}""", "null", "0")]
    [InlineData("""{"totalCost":5}""", """{"total":1e-7}""", "0.0000001")]
    [InlineData("{}", "{}", null)]
    public void Costs_are_their_total_or_their_sum(string usage, string details, string? expected) =>
        Assert.Equal(expected is null ? null : decimal.Parse(expected, CultureInfo.InvariantCulture), LangfuseUsage.CostOf(Encoding.UTF8.GetBytes(details), Encoding.UTF8.GetBytes(usage)));
}
