using Bunit;
using TraceDashboard.Components.Pages.Trace;

namespace TraceDashboard.Tests.Components.Pages.Trace;

public sealed class JsonViewTests
{
    [Fact]
    public async Task JSON_folds_is_coloured_and_is_copied_as_it_is()
    {
        await using var context = new BunitContext();

        var view = context.Render<JsonView>(p => p.Add(j => j.Text, """{"order":{"id":8841,"lines":["a long text that does not fit","on one line of the panel with others"]},"ok":true}"""));

        Assert.Equal(["\"order\"", "\"lines\""], view.FindAll("details[open] > summary > .c-key").Select(k => k.TextContent));
        Assert.Equal(["8841"], view.FindAll(".c-number").Select(n => n.TextContent));
        Assert.Equal(["true"], view.FindAll(".c-keyword").Select(n => n.TextContent));
        Assert.Contains("  \"order\": {\n    \"id\": 8841,", view.Find("[data-copy]").GetAttribute("data-copy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_in_a_text_is_part_of_the_tree()
    {
        await using var context = new BunitContext();

        var view = context.Render<JsonView>(p => p.Add(j => j.Text, """{"body":"{\"status\":\"returned\",\"inner\":\"[{\\\"deep\\\":1},{\\\"and\\\":\\\"long enough not to fit on one line of the panel\\\"}]\"}","no":"[not JSON"}"""));

        Assert.Contains("\"status\": \"returned\"", view.Find(".json").TextContent, StringComparison.Ordinal);
        Assert.Contains("{\"deep\":1}", view.Find(".json").TextContent, StringComparison.Ordinal);
        Assert.Contains("\"[not JSON\"", view.Find(".json").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, view.FindAll("summary [title='A text that holds JSON']").Count);
    }

    [Theory]
    [InlineData("""{"image":{"0":137,"1":80,"2":78,"3":71},"name":"a file with a name that takes this object beyond one line"}""")]
    [InlineData("""{"image":{"type":"Buffer","data":[137,80,78,71]},"name":"a file with a name that takes this object beyond one line"}""")]
    public async Task Bytes_are_counted(string json)
    {
        await using var context = new BunitContext();

        var text = context.Render<JsonView>(p => p.Add(j => j.Text, json)).Find(".json").TextContent;

        Assert.Contains("\"image\": 4\u00A0B of binary data", text, StringComparison.Ordinal);
        Assert.DoesNotContain("137", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_much_JSON_the_beginning_is_shown_until_the_reader_asks_for_all_of_it()
    {
        await using var context = new BunitContext();
        var json = $"[{string.Join(',', Enumerable.Range(0, 200).Select(i => $$"""{"n":{{i}}}"""))},\"{new string('x', 3_000)}\"]";

        var view = context.Render<JsonView>(p => p.Add(j => j.Text, json));
        Assert.InRange(view.FindAll(".in > div").Count, 30, 40);

        await view.Find(".more").ClickAsync(new());
        Assert.Equal(201, view.FindAll(".in > div").Count);
        Assert.Contains(new string('x', 3_000), view.Find(".json").TextContent, StringComparison.Ordinal);
        Assert.Empty(view.FindAll(".more"));
    }

    [Fact]
    public async Task A_long_text_in_JSON_hides_nothing_behind_it()
    {
        await using var context = new BunitContext();

        var view = context.Render<JsonView>(p => p.Add(j => j.Text, $$"""{"page":"{{new string('x', 3_000)}}","status":200}"""));

        Assert.Contains("\"status\": 200", view.Find(".json").TextContent, StringComparison.Ordinal);
        Assert.InRange(view.Find(".json").TextContent.Length, 1_000, 1_200);
        await view.Find(".more").ClickAsync(new());
        Assert.Contains(new string('x', 3_000), view.Find(".json").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(39, 0)]
    [InlineData(40, 1)]
    public async Task What_is_all_there_offers_no_more(int items, int buttons)
    {
        await using var context = new BunitContext();

        Assert.Equal(buttons, context.Render<JsonView>(p => p.Add(j => j.Text, $"[{string.Join(',', Enumerable.Range(1_000, items))}]")).FindAll(".more").Count);
    }

    [Theory]
    [InlineData("[INST] answer", "[INST] answer")]
    [InlineData("[INST answer", "[INST answer")]
    [InlineData("{placeholder", "{placeholder")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    public async Task What_only_begins_like_JSON_is_shown_as_it_is(string text, string shown)
    {
        await using var context = new BunitContext();

        Assert.Equal(shown, context.Render<ValueText>(p => p.Add(v => v.Text, text)).Find(".text").TextContent.Trim());
    }
}
