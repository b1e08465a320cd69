using TraceDashboard.Components.Pages.Trace;

namespace TraceDashboard.Tests.Components.Pages.Trace;

public sealed class CodeHighlighterTests
{
    [Theory]
    [InlineData("csharp", "var a = \"x\\\"y\"; // note", "[Keyword var] a = [Text \"x\\\"y\"]; [Comment // note]")]
    [InlineData("go", "func f() { /* a\nb */ return 0x1F }", "[Keyword func] f() { [Comment /* a\nb */] [Keyword return] [Number 0x1F] }")]
    [InlineData("py", "s = '''a\n#b'''  # c", "s = [Text '''a\n#b''']  [Comment # c]")]
    [InlineData("bash", "echo \"$a\" | wc -l#x", "echo [Text \"$a\"] | wc -l#x")]
    [InlineData("SQL", "SELECT 'a' -- b\nFROM t", "[Keyword SELECT] [Text 'a'] [Comment -- b]\n[Keyword FROM] t")]
    [InlineData("json", "{\"a\": [1, \"b\", true]}", "{[Key \"a\"]: [[Number 1], [Text \"b\"], [Keyword true]]}")]
    [InlineData("html", "<a href=\"x\"><!-- y --></a>", "<a href=[Text \"x\"]>[Comment <!-- y -->]</a>")]
    [InlineData("js", "a = 'never closed\nb", "a = [Text 'never closed]\nb")]
    [InlineData("js", "/* never closed", "[Comment /* never closed]")]
    [InlineData("text", "if 1 \"a\"", "if 1 \"a\"")]
    [InlineData(null, "if 1 \"a\"", "if 1 \"a\"")]
    public void Words_texts_numbers_and_comments_are_told_apart(string? language, string code, string expected) =>
        Assert.Equal(expected, string.Concat(CodeHighlighter.Read(code, language).Select(p => p.Token == CodeToken.Plain ? code[p.Range] : $"[{p.Token} {code[p.Range]}]")));
}
