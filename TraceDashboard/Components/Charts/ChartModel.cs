using System.Text.Json.Serialization;

namespace TraceDashboard.Components.Charts;

/// <summary>What the script draws. All text is made here, so that a chart writes numbers as its page does.</summary>
internal sealed record ChartModel
{
    public required int Height { get; init; }

    public required bool Stacked { get; init; }

    /// <summary>Charts of one group show their crosshair together; null for none.</summary>
    public string? Group { get; init; }

    public required bool Clickable { get; init; }

    public required bool Brushable { get; init; }

    /// <summary>From zero upwards.</summary>
    public required IReadOnlyList<string> Ticks { get; init; }

    public required double Step { get; init; }

    /// <summary>Below the axis; empty where there is no room.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Above the values of a point.</summary>
    public required IReadOnlyList<string> Titles { get; init; }

    public required IReadOnlyList<ChartSeries> Series { get; init; }
}

/// <param name="Values">Null leaves a gap.</param>
/// <param name="Texts">The values in words.</param>
internal sealed record ChartSeries(
    string Name, string Type, string Color, bool Dashed, IReadOnlyList<double?> Values, IReadOnlyList<string> Texts);

[JsonSerializable(typeof(ChartModel))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ChartJson : JsonSerializerContext;
