using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using TraceDashboard.Components.Pages.Trace;

namespace TraceDashboard.Tests.Components.Pages.Trace;

public sealed class MarkdownTests
{
    [Theory]
    [InlineData("**bold** and *soft*, ~~gone~~ `code`", "<p><strong>bold</strong> and <em>soft</em>, <del>gone</del> <code>code</code></p>")]
    [InlineData("# Title\nOne\ntwo", "<h4>Title</h4>\n<p>One<br>\ntwo</p>")]
    [InlineData("3. c\n4. d", "<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>")]
    [InlineData("a|b\n-|-:\n1|2", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th style=\"text-align: right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td style=\"text-align: right\">2</td>\n</tr>\n</tbody>\n</table>")]
    [InlineData("[docs](https://example.com/a?b=1&c=2)", "<p><a href=\"https://example.com/a?b=1&amp;c=2\" target=\"_blank\" rel=\"noopener noreferrer\">docs</a></p>")]
    [InlineData("see https://example.com/a", "<p>see <a href=\"https://example.com/a\" target=\"_blank\" rel=\"noopener noreferrer\">https://example.com/a</a></p>")]
    [InlineData("![chart](https://example.com/a.png)", "<p><a href=\"https://example.com/a.png\" target=\"_blank\" rel=\"noopener noreferrer\">chart</a></p>")]
    [InlineData("![](https://example.com/a.png)", "<p><a href=\"https://example.com/a.png\" target=\"_blank\" rel=\"noopener noreferrer\">https://example.com/a.png</a></p>")]
    [InlineData("```python\n# sum\nreturn a + 1 # 'x'\n```", "<pre><code><span class=\"c-comment\"># sum</span>\n<span class=\"c-keyword\">return</span> a + <span class=\"c-number\">1</span> <span class=\"c-comment\"># 'x'</span></code></pre>")]
    public void Markdown_becomes_HTML_whose_links_open_elsewhere_and_whose_images_are_links(string text, string html) =>
        Assert.Equal(html, Markdown.ToHtml(text)!.Value.Value.TrimEnd());

    [Theory]
    [InlineData("Plain words, and more of them.")]
    [InlineData("Two\nlines\n\nand a paragraph")]
    [InlineData("")]
    public void What_Markdown_has_nothing_to_say_about_stays_text(string text) => Assert.Null(Markdown.ToHtml(text));

    [Theory]
    [InlineData("**x** <script>alert(1)</script>")]
    [InlineData("**x** <img src=x onerror=alert(1)>")]
    [InlineData("<svg onload=alert(1)><style>*{}</style></svg> **x**")]
    [InlineData("<iframe src=\"https://foreign.example\"></iframe>\n\n<form action=\"https://foreign.example\"><input></form>\n\n# x")]
    [InlineData("<base href=\"https://foreign.example\">\n\n<style>body{display:none}</style>\n\n# x")]
    [InlineData("<details open ontoggle=alert(1)>\n\n**x**\n\n</details>")]
    [InlineData("```html\"><script>alert(1)</script>\n<script>alert(1)</script>\n```")]
    [InlineData("```\n</code></pre><img src=x onerror=alert(1)>\n```")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](&#106;avascript:alert(1))")]
    [InlineData("[x](java\tscript:alert(1)) **y**")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)")]
    [InlineData("<javascript:alert(1)> **x**")]
    [InlineData("[x](vbscript:alert(1))")]
    [InlineData("[x](file:///etc/passwd)")]
    [InlineData("[x](//foreign.example/a)")]
    [InlineData("[x](/settings/keys)")]
    [InlineData("[x](?range=all#top)")]
    [InlineData("![x](data:image/svg+xml;base64,PHN2Zy8+)")]
    [InlineData("[x](https://example.com \"title\" onclick=alert(1))")]
    [InlineData("[x](https://example.com \"a\\\" onclick=alert(1) b=\\\"\")")]
    [InlineData("[x][r]\n\n[r]: javascript:alert(1) '\"><script>alert(1)</script>'")]
    [InlineData("![\"><img src=x onerror=alert(1)>](https://example.com/a.png)")]
    public void Nothing_that_is_hostile_runs_loads_or_leads_into_the_app(string text)
    {
        var body = Body(Markdown.ToHtml(text)!.Value.Value);

        Assert.Empty(Unsafe(body));
    }

    [Theory]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)")]
    [InlineData("[x](/settings/keys)")]
    [InlineData("[x](https://example.com \"title\")")]
    public void Markdown_alone_would_let_it_through(string text) => Assert.NotEmpty(Unsafe(Body(Markdown.Render(text)!)));

    [Theory]
    [InlineData("> ")]
    [InlineData("- ")]
    [InlineData("[")]
    [InlineData("![](")]
    [InlineData("*a ")]
    [InlineData("`")]
    [InlineData("<a ")]
    [InlineData("a|b\n")]
    [InlineData("/* \"")]
    public void A_text_made_to_take_long_takes_no_more_than_its_length(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, Markdown.MaxLength / piece.Length));
        var began = TimeProvider.System.GetTimestamp();

        _ = Markdown.ToHtml(text);
        _ = Markdown.ToHtml("```c\n" + text[..^6]);

        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 20);
    }

    private static IElement Body(string html) => new HtmlParser().ParseDocument($"<body>{html}</body>").Body!;

    private static IEnumerable<string> Unsafe(IElement body)
    {
        string[] elements = ["p", "br", "hr", "h4", "strong", "em", "code", "pre", "span", "a"];
        string[] attributes = ["href", "class", "target", "rel"];
        foreach (var element in body.QuerySelectorAll("*"))
        {
            if (!elements.Contains(element.LocalName))
                yield return element.OuterHtml;
            foreach (var attribute in element.Attributes.Where(a => !attributes.Contains(a.Name)))
                yield return $"{element.LocalName} {attribute.Name}";
            if (element.HasAttribute("href") && (!element.GetAttribute("href")!.StartsWith("https://example.com", StringComparison.Ordinal) || element.GetAttribute("target") != "_blank"))
                yield return element.OuterHtml;
        }
    }
}
