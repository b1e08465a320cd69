namespace TraceDashboard.Core.Text;

/// <summary>Folds text for free text search, the same way when it is written and when it is asked for, on every database.</summary>
public static class SearchText
{
    /// <summary>What free text finds of a trace: its name, ids and previews, folded, one to a line; null when there is nothing.</summary>
    public static string? Build(params ReadOnlySpan<string?> parts)
    {
        var present = new List<string>(parts.Length);
        foreach (var part in parts)
        {
            if (!string.IsNullOrWhiteSpace(part))
                present.Add(part);
        }

        return present.Count == 0 ? null : Fold(string.Join('\n', present));
    }

    public static string Fold(string text) => text.ToLowerInvariant();
}
