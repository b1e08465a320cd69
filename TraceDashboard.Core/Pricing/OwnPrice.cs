namespace TraceDashboard.Core.Pricing;

/// <summary>What somebody said that a model costs in a time. What was said later stands against what was said before.</summary>
/// <param name="Number">From 1, in the order in which they were said.</param>
/// <param name="From">Null from ever.</param>
/// <param name="To">Exclusive; null for ever.</param>
/// <param name="Table">Null: in that time there is no own price.</param>
internal sealed record OwnPriceVersion(int Number, DateTimeOffset? From, DateTimeOffset? To, PriceTable? Table);

/// <summary>A time in which one version of a price is in force.</summary>
internal sealed record OwnPriceSpan(int Number, DateTimeOffset? From, DateTimeOffset? To, ModelPrice Price);

/// <summary>A price of a project's own, with its history.</summary>
internal sealed class OwnPrice
{
    private readonly OwnPriceVersion[] _versions;
    private readonly OwnPriceSpan[] _timeline;

    /// <param name="order">Grows with every price; of two that say as much about a model the newer comes first.</param>
    /// <param name="versions">In the order in which they were said.</param>
    public OwnPrice(string id, long order, ModelRule rule, IEnumerable<OwnPriceVersion> versions)
    {
        (Id, Order, Rule) = (id, order, rule);
        _versions = [.. versions];
        _timeline = [.. Timeline(_versions).Select(s => new OwnPriceSpan(s.Number, s.From, s.To, ToPrice(s)))];
    }

    public string Id { get; }

    public long Order { get; }

    public ModelRule Rule { get; }

    /// <summary>When which version is in force, in the order of time.</summary>
    public IReadOnlyList<OwnPriceSpan> InForce => _timeline;

    /// <summary>Null when none is in force at that time.</summary>
    public ModelPrice? At(DateTimeOffset time)
    {
        foreach (var span in _timeline)
        {
            if ((span.From is null || time >= span.From) && (span.To is null || time < span.To))
                return span.Price;
        }

        return null;
    }

    /// <summary>What was said with a version, whether or not it is in force any more; null when it said nothing.</summary>
    public ModelPrice? Version(string key) => _versions.FirstOrDefault(v => v.Table is not null && KeyOf(v) == key) is { } version ? ToPrice(version) : null;

    private string KeyOf(OwnPriceVersion version) => $"{PriceBook.OwnKeys}{Id}/{version.Number}";

    private ModelPrice ToPrice(OwnPriceVersion version) =>
        PriceTables.ToPrice(version.Table!, KeyOf(version), Rule.Provider ?? "", Rule.Pattern, version.From, version.To);

    /// <summary>The times in which each version holds, without what later ones cover and without those that end the price.</summary>
    private static List<OwnPriceVersion> Timeline(IEnumerable<OwnPriceVersion> versions)
    {
        var timeline = new List<OwnPriceVersion>();
        foreach (var version in versions)
        {
            var (from, to) = (version.From ?? DateTimeOffset.MinValue, version.To ?? DateTimeOffset.MaxValue);
            foreach (var covered in timeline.ToArray())
            {
                var (start, end) = (covered.From ?? DateTimeOffset.MinValue, covered.To ?? DateTimeOffset.MaxValue);
                if (end <= from || start >= to)
                    continue;
                timeline.Remove(covered);
                if (start < from)
                    timeline.Add(covered with { To = version.From });
                if (end > to)
                    timeline.Add(covered with { From = version.To });
            }

            timeline.Add(version);
        }

        return [.. timeline.Where(v => v.Table is not null).OrderBy(v => v.From ?? DateTimeOffset.MinValue)];
    }
}
