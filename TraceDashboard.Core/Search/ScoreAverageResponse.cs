using System.ComponentModel;

namespace TraceDashboard.Core.Search;

/// <summary>What the scores of one name come to.</summary>
public sealed record ScoreAverageResponse(
    string Name,
    [property: Description("numeric, boolean or categorical.")] string DataType,
    [property: Description("How many scores they are.")] int Count,
    [property: Description("The mean of numbers, of booleans the share that is true; null for categories.")] double? Mean,
    [property: Description("The most frequent category; null for numbers and booleans.")] string? Category);
