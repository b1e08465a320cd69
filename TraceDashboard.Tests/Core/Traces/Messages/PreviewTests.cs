using System.Text;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Tests.Core.Traces.Messages;

public sealed class PreviewTests
{
    [Theory]
    [InlineData("Where is\n\n my  parcel? ", "Where is my parcel?")]
    [InlineData("""[{"role":"user","content":"First"},{"role":"assistant","content":"Yes?"},{"role":"user","content":"Sec\u006fnd \n line"}]""", "Second line")]
    [InlineData("""[{"role":"user","parts":[{"type":"text","content":"A"},{"type":"text","content":"B"}]}]""", "A")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"A"}],"name":"Ann"}]""", "A")]
    [InlineData("""[{"content":[{"text":"A"}],"role":"user"}]""", "A")]
    [InlineData("""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}},{"type":"text","text":"See?"}]}]""", "See?")]
    [InlineData("""[{"role":"user","content":"Asked"},{"role":"user","content":"  "}]""", "Asked")]
    [InlineData("""[{"role":"human","content":"Asked"}]""", "Asked")]
    [InlineData("""[{"type":"human","data":{"type":"human","content":"Asked"}}]""", "Asked")]
    [InlineData("""[{"role":"user","content":"[{\"type\":\"text\",\"text\":\"Inner\"}]"}]""", "Inner")]
    [InlineData("""[{"role":"user","content":"Whole"},{"role":"user","content":"Cu""", "Cu")]
    [InlineData("""[{"role":"system","content":"Only this"}]""", "Only this")]
    [InlineData("""{"messages":[{"role":"user","content":"In an envelope"}]}""", "In an envelope")]
    [InlineData("""[1, 2]""", "[1, 2]")]
    [InlineData("""[{"role":"user","content":"bad \ud800 half"}]""", "bad \uFFFD half")]
    public void The_last_words_of_the_user_stand_for_an_input(string input, string expected) =>
        Assert.Equal(expected, Preview.OfInput(Encoding.UTF8.GetBytes(input)));

    [Fact]
    public void The_first_words_are_enough()
    {
        var text = string.Concat(Enumerable.Repeat("wörd 😀 ", 400));

        var preview = Preview.OfOutput(Encoding.UTF8.GetBytes($$"""[{"role":"assistant","content":"{{text}}"}]"""))!;

        Assert.Equal(text[..199] + "…", preview);
    }
}
