using System.Buffers;
using System.Collections.Frozen;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>
/// Tells comments, texts, numbers and keywords of a program apart: one pass, because code comes from senders, and the expressions
/// that highlighters are usually made of take seconds for a page of unfinished comments.
/// </summary>
internal static class CodeHighlighter
{
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdefABCDEFxXoO._");

    private static readonly Rules s_none = new([], null, "", FrozenSet<string>.Empty);

    private static readonly Rules s_braces = new(["//"], ("/*", "*/"), "\"'`", Words(
        "abstract any as async await bool boolean break byte case catch chan char class const constexpr continue default defer delete do double else enum export extends "
        + "extern false final finally float fn for foreach from fun func function get go goto if impl implements import in instanceof int interface internal is let long "
        + "map match mod move mut namespace new nil null nullptr object of operator out override package private protected pub public readonly record ref return sealed "
        + "self set short sizeof static string struct super switch template this throw trait true try type typedef typeof undefined union unsafe use using val var "
        + "virtual void volatile when where while with yield"));

    private static readonly Rules s_python = new(["#"], null, "\"'", Words(
        "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match nonlocal not or "
        + "pass raise return self try while with yield begin do end module nil require unless until"));

    private static readonly Rules s_shell = new(["#"], null, "\"'`", Words(
        "case do done elif else esac exit export fi for function if in local return set then until while true false null yes no"));

    private static readonly Rules s_sql = new(["--"], ("/*", "*/"), "'\"", Words(
        "add all alter and as asc begin between by case cast coalesce commit constraint create cross default delete desc distinct drop else end exists false foreign from full "
        + "group having if in index inner insert into is join key left like limit not null offset on or order outer over partition primary references returning right "
        + "rollback select set table then true union unique update using values view when where with", ignoreCase: true));

    private static readonly Rules s_markup = new([], ("<!--", "-->"), "\"", FrozenSet<string>.Empty);

    private static readonly Rules s_json = new(["//"], null, "\"", Words("false null true"), KeysBeforeColon: true);

    private static readonly FrozenDictionary<string, Rules> s_languages = new (Rules Rules, string Names)[]
    {
        (s_json, "json jsonc json5 jsonl"),
        (s_python, "python py ruby rb"),
        (s_shell, "bash sh shell zsh console powershell dockerfile yaml yml toml ini"),
        (s_sql, "sql postgresql sqlite mysql"),
        (s_markup, "html xml svg razor"),
        (s_none, "text txt plaintext markdown md diff log"),
    }.SelectMany(l => l.Names.Split(' '), (l, name) => (name, l.Rules)).ToFrozenDictionary(l => l.name, l => l.Rules, StringComparer.OrdinalIgnoreCase);

    private sealed record Rules(string[] LineComments, (string Open, string Close)? BlockComment, string Quotes, FrozenSet<string> Words, bool KeysBeforeColon = false);

    /// <summary>The code in pieces, of which each begins where the one before it ends.</summary>
    /// <param name="code">Whatever stands in the block.</param>
    /// <param name="language">As it is named behind the fence. Without a name nothing is told apart; one that is unknown is taken for a language with braces.</param>
    public static IEnumerable<(Range Range, CodeToken Token)> Read(string code, string? language)
    {
        var rules = string.IsNullOrEmpty(language) ? s_none : s_languages.GetValueOrDefault(language, s_braces);
        var plain = 0;
        for (var at = 0; at < code.Length;)
        {
            var (end, token) = Next(code, at, rules);
            if (token != CodeToken.Plain)
            {
                if (at > plain)
                    yield return (plain..at, CodeToken.Plain);
                yield return (at..end, token);
                plain = end;
            }

            at = end;
        }

        if (plain < code.Length)
            yield return (plain..code.Length, CodeToken.Plain);
    }

    /// <summary>Of the elements that are drawn in the colour of a token; null for plain code.</summary>
    public static string? ClassOf(CodeToken token) => token == CodeToken.Plain ? null : "c-" + token.ToString().ToLowerInvariant();

    private static (int End, CodeToken Token) Next(string code, int at, Rules rules)
    {
        var rest = code.AsSpan(at);
        if (rules.BlockComment is var (open, close) && rest.StartsWith(open, StringComparison.Ordinal))
            return (EndOf(rest[open.Length..].IndexOf(close, StringComparison.Ordinal), open.Length + close.Length), CodeToken.Comment);
        foreach (var comment in rules.LineComments)
        {
            if (rest.StartsWith(comment, StringComparison.Ordinal) && (at == 0 || comment != "#" || char.IsWhiteSpace(code[at - 1])))
                return (EndOf(rest.IndexOf('\n'), 0), CodeToken.Comment);
        }

        if (rules.Quotes.Contains(rest[0], StringComparison.Ordinal))
        {
            var end = at + LengthOfText(rest);
            return (end, rules.KeysBeforeColon && code.AsSpan(end).TrimStart().StartsWith(":") ? CodeToken.Key : CodeToken.Text);
        }

        if (char.IsAsciiDigit(rest[0]) && rules != s_none)
            return (EndOf(rest.IndexOfAnyExcept(s_digits), 0), CodeToken.Number);
        if (!char.IsLetter(rest[0]) && rest[0] != '_')
            return (at + 1, CodeToken.Plain);
        var length = 1;
        while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] == '_'))
            length++;
        return (at + length, rules.Words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(rest[..length]) ? CodeToken.Keyword : CodeToken.Plain);

        int EndOf(int found, int around) => found < 0 ? code.Length : at + found + around;
    }

    /// <summary>Up to its closing quote; to the end of the line when there is none, unless the quote is one that spans lines.</summary>
    private static int LengthOfText(ReadOnlySpan<char> text)
    {
        var quote = text[0];
        if (text.Length > 2 && text[1] == quote && text[2] == quote)
            return text[3..].IndexOf([quote, quote, quote]) is >= 0 and var close ? close + 6 : text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == quote)
                return i + 1;
            if (text[i] == '\n' && quote != '`')
                return i;
            if (text[i] == '\\')
                i++;
        }

        return text.Length;
    }

    private static FrozenSet<string> Words(string words, bool ignoreCase = false) =>
        words.Split(' ').ToFrozenSet(ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
}
