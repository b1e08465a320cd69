using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceDashboard.Core.Traces;

/// <summary>Counts of what are no tokens, in the form of <see cref="TokenUsage.Other"/>.</summary>
public static class UsageCounts
{
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null when there are none.</summary>
    public static string? Write(IReadOnlyDictionary<string, long>? counts) =>
        counts is not { Count: > 0 } ? null : JsonSerializer.Serialize(new SortedDictionary<string, long>(counts.ToDictionary(), StringComparer.Ordinal), s_readable);

    public static IReadOnlyDictionary<string, long> Read(string? json) => json is null ? new Dictionary<string, long>() : JsonSerializer.Deserialize<SortedDictionary<string, long>>(json)!;
}
