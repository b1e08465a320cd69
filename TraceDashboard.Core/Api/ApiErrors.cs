using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Api;

/// <summary>
/// What is wrong with a request: messages by JSON path (<c>spans[0].usage.inputTokens</c>; <c>$</c> is the body itself), or by the
/// name of a parameter or header. The first of them, when they are very many.
/// </summary>
internal sealed class ApiErrors
{
    public const int Most = 100;

    private Dictionary<string, string[]>? _byPath;
    private int _count;

    public bool Any => _byPath is not null;

    /// <summary>Whether more would not be told.</summary>
    public bool IsFull => _count >= Most;

    public IDictionary<string, string[]> ByPath => _byPath ?? [];

    public void Add(string path, string message)
    {
        if (IsFull)
            return;
        _count++;
        _byPath ??= new Dictionary<string, string[]>(StringComparer.Ordinal);
        _byPath[path] = _byPath.TryGetValue(path, out var known) ? [.. known, message] : [message];
    }

    /// <summary>The nanoseconds since the Unix epoch that a body names in ISO 8601; null when it names none, or with an error nothing of the kind.</summary>
    public long? ReadTime(string? text, string path)
    {
        if (text is null)
            return null;
        if (Iso8601.TryParse(text, out var nanos))
            return nanos;
        Add(path, Iso8601.Form);
        return null;
    }

    /// <summary>As <see cref="ReadTime"/>, of a parameter of the query; an empty one is none.</summary>
    public DateTimeOffset? ReadQueryTime(string? text, string parameter)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (Iso8601.TryParseQuery(text, out var nanos))
            return UnixNanos.ToDateTimeOffset(nanos);
        Add(parameter, Iso8601.Form);
        return null;
    }

    /// <summary>Nothing more is told: what follows was not looked at.</summary>
    public void Close() => _count = Most;

    /// <summary>400 with all of them.</summary>
    public ValidationProblem ToResult() => TypedResults.ValidationProblem(
        ByPath,
        title: "The request has errors.",
        detail: $"Nothing was done. Each entry of errors names a field and what to change.{(IsFull ? $" These are the first {Most}; there may be more." : "")}");
}
