using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace TraceDashboard.Core.Api;

/// <summary>What is wrong with a request: messages by JSON path (<c>spans[0].usage.inputTokens</c>; <c>$</c> is the body itself), or by the name of a parameter or header.</summary>
internal sealed class ApiErrors
{
    private Dictionary<string, string[]>? _byPath;

    public bool Any => _byPath is not null;

    public IDictionary<string, string[]> ByPath => _byPath ?? [];

    public void Add(string path, string message)
    {
        _byPath ??= new Dictionary<string, string[]>(StringComparer.Ordinal);
        _byPath[path] = _byPath.TryGetValue(path, out var known) ? [.. known, message] : [message];
    }

    /// <summary>400 with all of them.</summary>
    public ValidationProblem ToResult() => TypedResults.ValidationProblem(
        ByPath, title: "The request has errors.", detail: "Nothing was done. Each entry of errors names a field and what to change.");
}
