using Bunit;
using TraceDashboard.Components.Pages.Trace;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Traces.Messages;
using TraceDashboard.Tests.Core.Pricing;

namespace TraceDashboard.Tests.Components.Pages.Trace;

public class SpanContentTests
{
    [Fact]
    public void A_tool_result_is_shown_with_its_call()
    {
        var content = Read(
            """[{"role":"assistant","content":null,"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"ok"},{"role":"tool","tool_call_id":"9","content":"stray"}]""",
            """{"role":"assistant","content":"done"}""");

        Assert.Equal(["tool call · f", "tool result", "assistant"], content.Blocks.Select(b => b.Heading));
        Assert.Equal("ok", content.Blocks[0].Result!.Result);
    }

    [Fact]
    public void What_Strands_asks_a_tool_is_a_call()
    {
        var content = Read("""[{"role":"tool","content":"{\"city\":\"Rome\"}","id":"1"}]""", """{"choices":[{"message":[{"text":"57F"}],"id":"1"}]}""", kind: SpanKind.Tool);

        var block = Assert.Single(content.Blocks);
        Assert.Equal(new ToolCallPart("1", "", "{\"city\":\"Rome\"}"), block.Part);
        Assert.Equal("57F", block.Result!.Result);
    }

    [Fact]
    public void An_answer_that_is_still_streaming_is_text_whatever_it_looks_like()
    {
        var content = Read("""[{"role":"user","content":"JSON please"}]""", """{"role":"assist""", streamed: true);

        Assert.True(content.Blocks[^1].Streaming);
        Assert.Equal(new TextPart("""{"role":"assist"""), content.Blocks[^1].Part);
        Assert.EndsWith("streaming", content.Blocks[^1].Heading, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_conversation_is_shown_as_it_is()
    {
        var content = Read("""{"order_id":"8841"}""", "plain words", kind: SpanKind.Tool);

        Assert.Empty(content.Blocks);
        Assert.Equal("{\n  \"order_id\": \"8841\"\n}", content.InputText);
        Assert.Equal("plain words", content.OutputText);
        Assert.Null(content.Ledger);
    }

    [Fact]
    public void Attributes_keep_their_types_events_their_order_and_links_their_ids()
    {
        var details = Details(null, null) with
        {
            AttributesJson = """{"b":1,"a":"x","c":1.5,"d":true,"e":[1,2],"f":{"g":null},"h":null}""",
            EventsJson = """[{"timeUnixNano":"20","name":"late"},{"timeUnixNano":5,"name":"early","attributes":{"k":1}},7]""",
            LinksJson = """[{"traceId":"t","spanId":"s","attributes":{}}]""",
        };

        var content = SpanContent.Read(details, TestPrices.Catalogue);

        Assert.Equal(["a:text", "b:int", "c:double", "d:bool", "e:list", "f:map", "h:null"], content.Attributes.Select(a => $"{a.Key}:{a.Type}"));
        Assert.Equal(["early", "late"], content.Events.Select(e => e.Name));
        Assert.Equal(("t", "s"), (content.Links[0].TraceId, content.Links[0].SpanId));
    }

    [Fact]
    public async Task A_long_text_is_cut_until_the_reader_asks_for_all_of_it()
    {
        await using var context = new BunitContext();
        var text = string.Concat(Enumerable.Range(0, 3_000).Select(i => (char)('a' + (i % 26))));

        var view = context.Render<LongText>(p => p.Add(t => t.Text, text).Add(t => t.CutAt, 1_200));
        Assert.Equal(text[..1_200], view.Find(".text").TextContent);

        await view.Find("button").ClickAsync(new());
        Assert.Equal(text, view.Find(".text").TextContent);
        Assert.Empty(view.FindAll("button"));
    }

    [Fact]
    public async Task Of_a_text_that_grows_the_end_is_shown()
    {
        await using var context = new BunitContext();
        var text = new string('a', 9_000) + "the end";

        var view = context.Render<LongText>(p => p.Add(t => t.Text, text).Add(t => t.CutAt, 1_000).Add(t => t.FromEnd, true));

        Assert.EndsWith("the end", view.Find(".text").TextContent, StringComparison.Ordinal);
        Assert.InRange(view.Find(".text").TextContent.Length, 1_000, 2_000);
    }

    [Fact]
    public async Task The_ledger_says_that_a_reported_cost_counts_and_what_it_would_have_been()
    {
        await using var context = new BunitContext();
        var details = Details(null, null) with
        {
            RequestModel = "claude-sonnet-4-5",
            Facts = Details(null, null).Facts with
            {
                Provider = "anthropic",
                Usage = new TokenUsage { Input = 1_000, Output = 100 },
                Cost = new Cost(0.5m, CostSource.Reported),
                Counted = true,
            },
        };
        var content = SpanContent.Read(details, TestPrices.Catalogue);

        var text = context.Render<LedgerView>(p => p.Add(l => l.Ledger, content.Ledger!).Add(l => l.Span, content.Details.Facts)).Find("section").TextContent;

        Assert.Contains("reported by the client, counts0.5000", text, StringComparison.Ordinal);
        Assert.Contains("0.0045", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_amounts_of_a_ledger_have_one_number_of_decimals()
    {
        await using var context = new BunitContext();
        var details = Details(null, null) with
        {
            RequestModel = "claude-sonnet-4-5",
            Facts = Details(null, null).Facts with { Provider = "anthropic", Usage = new TokenUsage { Input = 1_000, CacheRead = 7, Output = 100 }, Cost = new Cost(0.0045021m, CostSource.Computed, "2026-07-24/anthropic/claude-sonnet-4-5"), Counted = true },
        };
        var content = SpanContent.Read(details, TestPrices.Catalogue);

        var ledger = context.Render<LedgerView>(p => p.Add(l => l.Ledger, content.Ledger!).Add(l => l.Span, content.Call));

        Assert.Equal(["0.0030000", "0.0000021", "0.0015000"], ledger.FindAll("tbody tr:not(.sum) td:last-child").Select(c => c.TextContent));
        Assert.Equal(["$3.00", "$0.30", "$15.00"], ledger.FindAll("tbody tr:not(.sum) td:nth-child(3)").Select(c => c.TextContent));
    }

    [Theory]
    [InlineData("2026-07-24/anthropic/claude-sonnet-4-5", "0.0045", "total0.0045")] // the price that it has now
    [InlineData("2025-01-01/anthropic/claude-sonnet-4-5", "0.0045", "total0.0045")] // one that is the same
    [InlineData("2025-01-01/anthropic/claude-sonnet-4-5", "0.006", "the price of now, 2026-07-24/anthropic/claude-sonnet-4-5, would make it $0.0045")]
    public async Task The_ledger_explains_the_amount_that_is_stored_and_says_which_price_was_used(string key, string usd, string words)
    {
        await using var context = new BunitContext();
        var stored = new Cost(decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture), CostSource.Computed, key);
        var details = Details(null, null) with
        {
            RequestModel = "claude-sonnet-4-5",
            Facts = Details(null, null).Facts with { Provider = "anthropic", Usage = new TokenUsage { Input = 1_000, Output = 100 }, Cost = stored, Counted = true },
        };
        var content = SpanContent.Read(details, TestPrices.Catalogue);

        var text = context.Render<LedgerView>(p => p.Add(l => l.Ledger, content.Ledger!).Add(l => l.Span, content.Call)).Find("section").TextContent;

        Assert.Equal(stored, content.Ledger!.Cost);
        Assert.Contains($"price {key} (catalogue of {key[..10]})", text, StringComparison.Ordinal);
        Assert.Contains(usd, text, StringComparison.Ordinal);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_is_shown_with_what_other_spans_know_of_it_and_with_what_is_no_token()
    {
        await using var context = new BunitContext();
        var details = Details(null, null) with
        {
            Facts = Details(null, null).Facts with
            {
                Usage = new TokenUsage { Input = 1_000, Output = 120 },
                Counted = true,
                Layers = new LayeredCall
                {
                    Usage = new TokenUsage { Input = 600, CacheRead = 400, Output = 120, Other = """{"web_search_requests":3}""" },
                    Provider = "openai",
                    Model = "gpt-4o",
                    Cost = new Cost(0.0032m, CostSource.Computed, "2026-07-24/openai/gpt-4o"),
                },
            },
        };
        var content = SpanContent.Read(details, TestPrices.Catalogue);

        var text = context.Render<LedgerView>(p => p.Add(l => l.Ledger, content.Ledger!).Add(l => l.Span, content.Call).Add(l => l.Layered, true)).Find("section").TextContent;

        Assert.Contains("cacheread400$1.250.0005", string.Concat(text.Where(c => !char.IsWhiteSpace(c))), StringComparison.Ordinal);
        Assert.Contains("total0.0032", text, StringComparison.Ordinal);
        Assert.Contains("web_search_requests 3", text, StringComparison.Ordinal);
        Assert.Contains("with what other spans of this call know of it", text, StringComparison.Ordinal);
    }

    private static SpanContent Read(string? input, string? output, bool streamed = false, SpanKind kind = SpanKind.Generation) =>
        SpanContent.Read(Details(input, output, streamed, kind), TestPrices.Catalogue);

    private static SpanDetails Details(string? input, string? output, bool streamed = false, SpanKind kind = SpanKind.Generation) => new()
    {
        Facts = new SpanFacts { SpanId = "s", Kind = kind, StartTime = 1, EndTime = streamed ? null : 2 },
        Input = input,
        InputLength = input?.Length,
        Output = output,
        OutputLength = output?.Length,
        OutputStreamed = streamed,
    };
}
