using System.Globalization;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Shared;

/// <summary>Scores in words, and what a click on them filters by.</summary>
internal static class ScoreText
{
    public static string ValueOf(Score score) => Bidi.Isolate(score.Text) ?? score.Value?.ToString("0.####", CultureInfo.InvariantCulture) ?? Format.Unknown;

    /// <summary>Of one trace: booleans that agree are said as one.</summary>
    public static string ValueOf(ScoreAverage score) => score switch
    {
        { DataType: ScoreDataType.Boolean, Mean: 1 } => "True",
        { DataType: ScoreDataType.Boolean, Mean: 0 } => "False",
        _ => ShareOf(score),
    };

    /// <summary>Of many traces: <c>0.84</c>, <c>81 % true</c>, <c>friendly 62 %</c>.</summary>
    public static string ShareOf(ScoreAverage score) => score.DataType switch
    {
        ScoreDataType.Boolean => Format.Percent(score.Mean) + " true",
        ScoreDataType.Categorical when score.CategoryCount < score.Count => $"{Bidi.Isolate(score.Category)} {Format.Percent((double)score.CategoryCount / score.Count)}",
        ScoreDataType.Categorical => Bidi.Isolate(score.Category) ?? Format.Unknown,
        _ => Number(score.Mean),
    };

    public static string TitleOf(ScoreAverage score) =>
        $"{Bidi.Isolate(score.Name)} {ShareOf(score)}, of {Format.Count(score.Count)} {(score.Count == 1 ? "score" : "scores")}";

    public static string SourceOf(Score score) => score.Source switch
    {
        ScoreSource.Evaluator => "Evaluator",
        ScoreSource.Human => "Person",
        _ => "API",
    };

    /// <summary>What leads to traces with such a score: numbers up to this one, else exactly this value.</summary>
    public static ScoreCondition ConditionOf(Score score) => score switch
    {
        { DataType: ScoreDataType.Numeric, Value: { } value } => new() { Name = score.Name, Operator = "<=", Number = value },
        { DataType: ScoreDataType.Boolean } => new() { Name = score.Name, Flag = score.Value == 1 },
        { DataType: ScoreDataType.Categorical } => new() { Name = score.Name, Category = score.Text },
        _ => new() { Name = score.Name },
    };

    /// <summary>The same of several scores: at least one of them is among what is led to.</summary>
    public static ScoreCondition ConditionOf(ScoreAverage score) => score switch
    {
        { DataType: ScoreDataType.Numeric, Mean: { } mean } => new() { Name = score.Name, Operator = "<=", Number = score.Count == 1 ? mean : RoundedUp(mean) },
        { DataType: ScoreDataType.Boolean, Mean: 0 or 1 } => new() { Name = score.Name, Flag = score.Mean == 1 },
        { DataType: ScoreDataType.Categorical } => new() { Name = score.Name, Category = score.Category },
        _ => new() { Name = score.Name },
    };

    /// <summary>Three significant digits: <c>0.84</c>, <c>0.0042</c>, <c>128</c>.</summary>
    public static string Number(double? value)
    {
        if (value is not { } number)
            return Format.Unknown;
        var size = Math.Abs(number);
        if (size is not 0 and (< 0.0001 or >= 1e6))
            return number.ToString("0.##e+0", CultureInfo.InvariantCulture);
        var decimals = size == 0 ? 0 : Math.Max(0, 2 - (int)Math.Floor(Math.Log10(size)));
        return number.ToString("0." + new string('#', decimals), CultureInfo.InvariantCulture);
    }

    // Digits that a mean has only because it was divided are of no use in an address.
    private static double RoundedUp(double mean) => Math.Abs(mean) < 1e9 ? Math.Ceiling((mean * 1e4) - 1e-6) / 1e4 : mean;
}
