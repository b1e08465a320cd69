using System.Globalization;
using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Reads the parameters of a query and notes what is wrong with them.</summary>
internal sealed class LangfuseQuery(IQueryCollection query)
{
    public const int MaxLimit = 100;

    private const int DefaultLimit = 50;

    public List<string> Errors { get; } = [];

    /// <summary>From 1.</summary>
    public int Page => Number("page", 1, 1, int.MaxValue / 1000);

    public int Limit(int most = MaxLimit) => Number("limit", Math.Min(DefaultLimit, most), 1, most);

    /// <summary>Null when it is absent or empty.</summary>
    public string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>All values of a parameter that may be repeated.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. query[name].OfType<string>().Where(v => v.Length > 0)];

    /// <summary>Values with commas between them.</summary>
    public IReadOnlyList<string> List(string name) => [.. Texts(name).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    public long? Time(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (Iso8601.TryParseQuery(text, out var nanos))
            return nanos;
        Errors.Add($"{name} {Iso8601.Form}.");
        return null;
    }

    public double? Double(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;
        Errors.Add($"{name} must be a number.");
        return null;
    }

    public T? Word<T>(string name, Func<string, T?> find, string known)
        where T : struct
    {
        if (Text(name) is not { } text)
            return null;
        if (find(text) is { } value)
            return value;
        Errors.Add($"{name} must be {known}.");
        return null;
    }

    private int Number(string name, int byDefault, int least, int most)
    {
        if (Text(name) is not { } text)
            return byDefault;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Errors.Add($"{name} must be a whole number between {least} and {most}.");
        return byDefault;
    }
}
