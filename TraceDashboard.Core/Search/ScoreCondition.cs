using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Search;

/// <summary>
/// What one of the scores of a trace and of its spans must be. As text it is what follows <c>score.</c> in the query language: a name
/// alone, or a name and what its value must be: <c>helpful</c>, <c>helpful:&lt;0.4</c>, <c>helpful:true</c>, <c>mood:happy</c>. Names and
/// categories that are more than a word are quoted, with <c>\"</c> and <c>\\</c> for what they hold of these: <c>"my score":"so so"</c>.
/// </summary>
public sealed record ScoreCondition
{
    /// <summary>What the text must look like, for whoever sent another one.</summary>
    public const string Form = "must be a score's name, or a name with a value: helpful, helpful:>=0.8 (or <, <=, >, =), helpful:true, mood:happy; quote what is more than a word: \"my score\":\"so so\"";

    public required string Name { get; init; }

    /// <summary>With <see cref="Number"/>: <c>&lt; &lt;= &gt; &gt;=</c> or <c>=</c>.</summary>
    public string? Operator { get; init; }

    /// <summary>What the value is compared with; booleans are 1 and 0.</summary>
    public double? Number { get; init; }

    public bool? Flag { get; init; }

    /// <summary>Exactly.</summary>
    public string? Category { get; init; }

    /// <returns>Whether the text has the form.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ScoreCondition? condition)
    {
        condition = null;
        var rest = text.AsSpan().Trim();
        if (!TryReadName(ref rest, out var name) || name.Length == 0)
            return false;
        var named = new ScoreCondition { Name = name };
        if (rest.IsEmpty)
        {
            condition = named;
            return true;
        }

        condition = rest[0] == ':' ? WithValue(named, rest[1..].Trim()) : null;
        return condition is not null;
    }

    public override string ToString()
    {
        var name = Quoted(Name, Name.Length > 0 && Name.All(IsOfWord));
        if (Number is { } number)
            return $"{name}:{Operator}{number.ToString("R", CultureInfo.InvariantCulture)}";
        if (Flag is { } flag)
            return name + (flag ? ":true" : ":false");
        return Category is null ? name : $"{name}:{Quoted(Category, IsPlain(Category))}";
    }

    internal IQueryable<ScoreRow> In(IQueryable<ScoreRow> scores)
    {
        var name = Name;
        scores = scores.Where(s => s.DeletedAt == null && s.Name == name);
        if (Number is { } number)
        {
            return Operator switch
            {
                "<" => scores.Where(s => s.Value < number),
                "<=" => scores.Where(s => s.Value <= number),
                ">" => scores.Where(s => s.Value > number),
                ">=" => scores.Where(s => s.Value >= number),
                _ => scores.Where(s => s.Value == number),
            };
        }

        if (Flag is { } flag)
        {
            var value = flag ? 1d : 0d;
            return scores.Where(s => s.DataType == (short)ScoreDataType.Boolean && s.Value == value);
        }

        if (Category is not { } category)
            return scores;
        return scores.Where(s => s.DataType == (short)ScoreDataType.Categorical && s.StringValue == category);
    }

    private static ScoreCondition? WithValue(ScoreCondition named, ReadOnlySpan<char> value)
    {
        if (value.SequenceEqual("*"))
            return named;
        var comparison = value switch
        {
            ['<' or '>', '=', ..] => value[..2].ToString(),
            ['<' or '>' or '=', ..] => value[..1].ToString(),
            _ => null,
        };
        value = value[(comparison?.Length ?? 0)..].Trim();
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return double.IsFinite(number) ? named with { Operator = comparison ?? "=", Number = number } : null;
        if (value.IsEmpty || comparison is not (null or "="))
            return null;
        if (value.Equals("true", StringComparison.OrdinalIgnoreCase) || value.Equals("false", StringComparison.OrdinalIgnoreCase))
            return named with { Flag = value.Length == "true".Length };
        if (value[0] != '"')
            return named with { Category = value.ToString() };
        return TryReadQuoted(ref value, out var category) && value.IsEmpty && category.Length > 0 ? named with { Category = category } : null;
    }

    private static bool TryReadName(ref ReadOnlySpan<char> rest, out string name)
    {
        if (rest is ['"', ..])
            return TryReadQuoted(ref rest, out name);
        var end = rest.IndexOf(':');
        name = (end < 0 ? rest : rest[..end]).TrimEnd().ToString();
        rest = end < 0 ? default : rest[end..];
        return true;
    }

    private static bool TryReadQuoted(ref ReadOnlySpan<char> rest, out string text)
    {
        var read = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                text = read.ToString();
                rest = rest[(i + 1)..].Trim();
                return true;
            }

            if (rest[i] == '\\' && i + 1 < rest.Length)
                i++;
            read.Append(rest[i]);
        }

        text = "";
        return false;
    }

    private static string Quoted(string text, bool isPlain) =>
        isPlain ? text : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Whether a category without quotes is read as one.</summary>
    private static bool IsPlain(string text) =>
        text.Length > 0 && text.All(IsOfWord) && !bool.TryParse(text, out _) && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '/';
}
