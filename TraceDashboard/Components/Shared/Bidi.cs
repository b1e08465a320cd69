using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TraceDashboard.Components.Shared;

/// <summary>Keeps a sender's text from turning the direction of what stands around it.</summary>
public static class Bidi
{
    private const char FirstIsolate = '\u2066';
    private const char LastIsolate = '\u2068';
    private const char EndOfIsolate = '\u2069';

    /// <summary>
    /// A name, an id or a preview, for elements and attributes alike: what turns the direction of text ends with it. Text without
    /// anything of the kind is given back as it is.
    /// </summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Isolate(string? text)
    {
        if (text is null || Ascii.IsValid(text) || !text.Any(Turns))
            return text;

        // An element that isolates would not do: a character of the text can end its isolate, and attributes have no elements.
        var isolated = new StringBuilder(text.Length + 2).Append(LastIsolate);
        var open = 0;
        foreach (var c in text)
        {
            switch (c)
            {
                case EndOfIsolate when open == 0:
                    continue;
                case EndOfIsolate:
                    open--;
                    break;
                case >= FirstIsolate and <= LastIsolate:
                    open++;
                    break;
                case '\n' or '\r' or '\u001C' or '\u001D' or '\u001E' or '\u0085' or '\u2029':
                    // Every isolate ends with its paragraph.
                    isolated.Append(EndOfIsolate, open + 1).Append(c).Append(LastIsolate);
                    open = 0;
                    continue;
            }

            isolated.Append(c);
        }

        return isolated.Append(EndOfIsolate, open + 1).ToString();
    }

    /// <summary>Controls of direction, and scripts that are written from right to left; of those beyond U+FFFF the first half.</summary>
    private static bool Turns(char c) => c
        is '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= FirstIsolate and <= EndOfIsolate)
        or (>= '\u0590' and <= '\u08FF') or (>= '\uFB1D' and <= '\uFDFF') or (>= '\uFE70' and <= '\uFEFC')
        or '\uD802' or '\uD803' or '\uD83A' or '\uD83B';
}
