namespace TraceDashboard.Core.Search;

/// <summary>What filter menus offer, most used first. <c>Complete</c> is false when only the newest traces were looked at.</summary>
public sealed record TraceFacets(
    IReadOnlyList<FacetValue> Models, IReadOnlyList<FacetValue> Users, IReadOnlyList<FacetValue> Environments, bool Complete);

/// <summary>A value, and in how many of the traces it was found.</summary>
public readonly record struct FacetValue(string Value, int Count);

/// <summary>How many traces match; at least that many when it is not exact.</summary>
public readonly record struct TraceCount(int Count, bool IsExact);
