using System.Globalization;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>Scores in words.</summary>
internal static class ScoreText
{
    public static string ValueOf(Score score) => score.Text ?? score.Value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "—";

    public static string SourceOf(Score score) => score.Source switch
    {
        ScoreSource.Evaluator => "Evaluator",
        ScoreSource.Human => "Person",
        _ => "API",
    };
}
