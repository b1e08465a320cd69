using System.Text;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Scores from <c>gen_ai.evaluation.result</c> events (OTel GenAI semconv 1.38), which are on the span that was evaluated.</summary>
internal static class GenAiEvaluations
{
    public static ReadOnlySpan<byte> EventName => "gen_ai.evaluation.result"u8;

    /// <param name="span">The span as it came.</param>
    /// <param name="update">What it was mapped to.</param>
    /// <param name="environment">Null when the span names none.</param>
    /// <param name="limits">Lengths of texts.</param>
    /// <param name="scores">Where they go to. Sent again, they have the same ids.</param>
    public static void Read(RawSpan span, SpanUpdate update, string? environment, IngestionOptions limits, List<Score> scores)
    {
        for (var i = 0; i < span.Events.Count; i++)
        {
            if (span[span.Events[i].Name].SequenceEqual(EventName) && Read(span, span.Events[i], i, update, environment, limits) is { } score)
                scores.Add(score);
        }
    }

    private static Score? Read(RawSpan span, RawEvent evaluation, int index, SpanUpdate update, string? environment, IngestionOptions limits)
    {
        var found = new Evaluation();
        foreach (ref readonly var attribute in span.Attributes(evaluation.Attributes))
        {
            var key = span[attribute.Key];
            if (attribute.Type == RawType.String && key.SequenceEqual("gen_ai.evaluation.name"u8))
                found.Name = StorableText.Shorten(span[attribute.Text], limits.MaxNameLength);
            else if (attribute.Type == RawType.String && key.SequenceEqual("gen_ai.evaluation.score.label"u8))
                found.Label = StorableText.Shorten(span[attribute.Text], limits.MaxNameLength);
            else if (attribute.Type == RawType.String && key.SequenceEqual("gen_ai.evaluation.explanation"u8))
                found.Explanation = JsonContent.Cut(Encoding.UTF8.GetString(span[attribute.Text]), limits.MaxFieldBytes);
            else if (key.SequenceEqual("gen_ai.evaluation.score.value"u8))
                found.Value = RawRecord.NumberOf(attribute);
        }

        var time = UnixNanos.FromUnsigned(evaluation.Time) ?? update.EndTime ?? update.StartTime ?? 0;
        var identity = $"evaluation\n{update.TraceId}\n{update.SpanId}\n{found.Name}\n{time}\n{index}";
        return found.ToScore(update, (update.TraceId, update.SpanId, null), identity, environment, time);
    }
}
