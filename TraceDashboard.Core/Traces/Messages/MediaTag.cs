using System.Text.RegularExpressions;

namespace TraceDashboard.Core.Traces.Messages;

/// <summary>
/// What Langfuse's SDKs put into a payload in place of a file that they upload:
/// <c>@@@langfuseMedia:type=image/png|id=…|source=base64_data_uri@@@</c>.
/// </summary>
public static partial class MediaTag
{
    private const string Start = "@@@langfuseMedia:";

    /// <summary>Null when the text is anything but one tag.</summary>
    public static MediaPart? Parse(string text) =>
        text.StartsWith(Start, StringComparison.Ordinal) && Tag().Match(text) is { Success: true } match && match.Length == text.Length ? ToPart(match) : null;

    /// <summary>The tags of a text that may hold anything, in their order, each file once.</summary>
    public static IReadOnlyList<MediaPart> Find(string? text) =>
        text is null || !text.Contains(Start, StringComparison.Ordinal) ? [] : [.. Tag().Matches(text).Select(ToPart).DistinctBy(p => p.MediaId)];

    /// <summary>Adds a text as parts: the tags in it as media, and what stands around them.</summary>
    internal static void AddText(string text, List<MessagePart> parts)
    {
        if (!text.Contains(Start, StringComparison.Ordinal))
        {
            parts.Add(new TextPart(text));
            return;
        }

        var at = 0;
        foreach (Match match in Tag().Matches(text))
        {
            AddBetween(at, match.Index);
            parts.Add(ToPart(match));
            at = match.Index + match.Length;
        }

        AddBetween(at, text.Length);

        void AddBetween(int from, int to)
        {
            if (!text.AsSpan(from, to - from).IsWhiteSpace())
                parts.Add(new TextPart(text[from..to]));
        }
    }

    private static MediaPart ToPart(Match match)
    {
        var type = match.Groups["type"].Value;
        return new MediaPart(MessageParser.ModalityOf(type), type) { MediaId = match.Groups["id"].Value };
    }

    [GeneratedRegex(@"@@@langfuseMedia:type=(?<type>[^|@]{1,200})\|id=(?<id>[A-Za-z0-9_-]{2,100})\|source=[^|@]{0,100}@@@", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
