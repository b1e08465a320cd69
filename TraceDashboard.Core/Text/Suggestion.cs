namespace TraceDashboard.Core.Text;

/// <summary>"; did you mean …?" for a word that is close to one of those that exist.</summary>
internal static class Suggestion
{
    public static string For(string word, IEnumerable<string> known)
    {
        if (word.Length > 50)
            return "";
        var best = known.Select(k => (Word: k, Distance: Distance(word.ToUpperInvariant(), k.ToUpperInvariant()))).MinBy(k => k.Distance);
        return best.Word is not null && best.Distance <= Math.Max(1, word.Length / 3) ? $"; did you mean '{best.Word}'?" : "";
    }

    /// <summary>Letters to insert, delete or replace.</summary>
    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
                current[j] = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
