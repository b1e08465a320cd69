using AngleSharp.Dom;
using Ganss.Xss;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>
/// Makes HTML of the Markdown in a message: the only place in which a sender's text becomes markup. HTML in the text stays text, and
/// what Markdown says by itself is cut down to a list of elements and attributes. Links open in a tab of their own that learns nothing of
/// this one, images are links, and so nothing is fetched.
/// </summary>
internal static class Markdown
{
    /// <summary>In characters. Longer texts are shown as they are.</summary>
    public const int MaxLength = 50_000;

    /// <summary>Texts with more of them are shown as they are: each that is not closed is looked for again from every one behind it.</summary>
    private const int MaxBrackets = 1_000;

    private static readonly string[] s_tags =
    [
        "p", "br", "hr", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "strong", "em", "del", "code", "pre", "span", "a",
        "table", "thead", "tbody", "tr", "th", "td",
    ];

    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .UseAutoLinks()
        .UseSoftlineBreakAsHardlineBreak()
        .Build();

    private static readonly HtmlSanitizer s_sanitizer = CreateSanitizer();

    /// <summary>The text as HTML; null when it would take too long, or when Markdown says no more than the text does.</summary>
    public static MarkupString? ToHtml(string text) =>
        text.Length <= MaxLength && text.AsSpan().Count('[') <= MaxBrackets && Render(text) is { } html ? new MarkupString(s_sanitizer.Sanitize(html)) : null;

    /// <summary>What Markdown makes of a text: not safe yet.</summary>
    internal static string? Render(string text)
    {
        if (Parse(text) is not { } document || document.Descendants().All(IsPlain))
            return null;
        foreach (var node in document.Descendants())
        {
            if (node is LinkInline { IsImage: true } image)
                ToLink(image);
            else if (node is HeadingBlock heading)
                heading.Level = Math.Min(6, heading.Level + 3); // below those of the page
        }

        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        s_pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new CodeRenderer());
        renderer.Render(document);
        return writer.ToString();
    }

    /// <summary>Null for a text that nests too deeply.</summary>
    private static MarkdownDocument? Parse(string text)
    {
        try
        {
            return Markdig.Markdown.Parse(text, s_pipeline);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsPlain(MarkdownObject node) =>
        node is ParagraphBlock or LiteralInline or LineBreakInline || node.GetType() == typeof(ContainerInline);

    private static void ToLink(LinkInline image)
    {
        image.IsImage = false;
        if (image.FirstChild is null)
            image.AppendChild(new LiteralInline(image.Url ?? ""));
    }

    private static HtmlSanitizer CreateSanitizer()
    {
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = new HashSet<string>(s_tags, StringComparer.OrdinalIgnoreCase),
            AllowedAttributes = new HashSet<string>(["href", "class", "start", "style"], StringComparer.OrdinalIgnoreCase),
            UriAttributes = new HashSet<string>(["href"], StringComparer.OrdinalIgnoreCase),
            AllowedSchemes = new HashSet<string>(["https", "http", "mailto"], StringComparer.OrdinalIgnoreCase),
            AllowedCssProperties = new HashSet<string>(["text-align"], StringComparer.OrdinalIgnoreCase),
        });
        sanitizer.PostProcessNode += (_, e) =>
        {
            if (e.Node is IElement { LocalName: "a" } link)
                GuardLink(link);
        };
        return sanitizer;
    }

    private static void GuardLink(IElement link)
    {
        // An address without a host would lead into this app.
        if (!Uri.TryCreate(link.GetAttribute("href"), UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http" or "mailto"))
        {
            link.RemoveAttribute("href");
            return;
        }

        link.SetAttribute("target", "_blank");
        link.SetAttribute("rel", "noopener noreferrer");
    }

    private sealed class CodeRenderer : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock obj)
        {
            var code = obj.Lines.ToString();
            renderer.EnsureLine();
            renderer.Write("<pre><code>");
            foreach (var (range, token) in CodeHighlighter.Read(code, (obj as FencedCodeBlock)?.Info))
            {
                if (CodeHighlighter.ClassOf(token) is { } name)
                    renderer.Write($"<span class=\"{name}\">").WriteEscape(code[range]).Write("</span>");
                else
                    renderer.WriteEscape(code[range]);
            }

            renderer.WriteLine("</code></pre>");
        }
    }
}
