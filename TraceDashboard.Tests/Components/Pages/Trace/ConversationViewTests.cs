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

    private static SpanContent Read(string input) => SpanContent.Read(
        new SpanDetails { Facts = new SpanFacts { SpanId = "s", Kind = SpanKind.Generation, StartTime = 1, EndTime = 2 }, Input = input, InputLength = input.Length }, TestPrices.Catalogue);
}
