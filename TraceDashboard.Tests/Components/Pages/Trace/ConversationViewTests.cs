using Bunit;
using TraceDashboard.Components.Pages.Trace;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Pricing;

namespace TraceDashboard.Tests.Components.Pages.Trace;

public sealed class ConversationViewTests
{
    [Fact]
    public async Task Each_message_is_written_in_the_direction_of_its_own_words()
    {
        await using var context = new BunitContext();

        var view = context.Render<ConversationView>(p => p.Add(v => v.Content, Read("""[{"role":"user","content":"שלום"},{"role":"assistant","content":"Hello"}]""")));

        Assert.Equal(["auto", "auto"], view.FindAll(".box").Select(b => b.GetAttribute("dir")));
    }

    [Fact]
    public async Task A_message_is_formatted_and_as_it_came_when_the_reader_asks_for_that_also_later()
    {
        await using var context = new BunitContext();
        var raw = new RawMessages();
        var content = Read("""[{"role":"user","content":"**Where** is it?"},{"role":"assistant","content":"Plain."},{"role":"assistant","content":"{\"city\":\"Rome\"}"}]""");

        var view = Render();
        Assert.Equal("Where", view.Find("strong").TextContent);
        Assert.Single(view.FindAll(".json"));
        Assert.Equal(2, view.FindAll(".form").Count);

        await view.Find(".form").ClickAsync(new());
        Assert.Equal("**Where** is it?", view.Find(".text").TextContent);
        Assert.Equal(["true", "false"], view.FindAll(".form").Select(f => f.GetAttribute("aria-pressed")));

        Assert.Empty(Render().FindAll("strong"));

        IRenderedComponent<ConversationView> Render() => context.Render<ConversationView>(p => p.Add(v => v.Content, content).AddCascadingValue(raw));
    }

    [Fact]
    public async Task A_long_message_is_cut_at_the_end_of_a_line_until_the_reader_asks_for_all_of_it()
    {
        await using var context = new BunitContext();
        var lines = string.Join("\\n", Enumerable.Range(0, 200).Select(i => $"- line **{i}** of a list that is long"));

        var view = context.Render<ConversationView>(p => p.Add(v => v.Content, Read($$"""[{"role":"user","content":"{{lines}}"}]""")));
        Assert.EndsWith("of a list that is long", view.FindAll("li")[^1].TextContent, StringComparison.Ordinal);
        Assert.InRange(view.FindAll("li").Count, 80, 120);

        await view.Find(".more").ClickAsync(new());
        Assert.Equal(200, view.FindAll("li").Count);
    }

    private static SpanContent Read(string input) => SpanContent.Read(
        new SpanDetails { Facts = new SpanFacts { SpanId = "s", Kind = SpanKind.Generation, StartTime = 1, EndTime = 2 }, Input = input, InputLength = input.Length }, TestPrices.Catalogue);
}
