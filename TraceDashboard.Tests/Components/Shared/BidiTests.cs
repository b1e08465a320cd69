using TraceDashboard.Components.Shared;

namespace TraceDashboard.Tests.Components.Shared;

public class BidiTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("gpt-4o")]
    [InlineData("Größe\tµ 東京 🙂 \u200B")]
    public void Text_that_turns_nothing_stays_as_it_is(string? text) => Assert.Same(text, Bidi.Isolate(text));

    [Theory]
    [InlineData("abc\u202Efed", "\u2068abc\u202Efed\u2069")]
    [InlineData("\u05D0\u05D1 1", "\u2068\u05D0\u05D1 1\u2069")]
    [InlineData("\U00010800", "\u2068\U00010800\u2069")]
    [InlineData("\u2069\u202Eout", "\u2068\u202Eout\u2069")]
    [InlineData("\u2067in", "\u2068\u2067in\u2069\u2069")]
    [InlineData("\u2066a\u2069b\u2069c\u2067", "\u2068\u2066a\u2069bc\u2067\u2069\u2069")]
    [InlineData("\u2067a\n\u202Eb", "\u2068\u2067a\u2069\u2069\n\u2068\u202Eb\u2069")]
    public void Text_that_turns_ends_with_itself(string text, string isolated) => Assert.Equal(isolated, Bidi.Isolate(text));
}
