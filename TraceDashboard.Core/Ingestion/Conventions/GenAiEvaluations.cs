using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Scores from <c>gen_ai.evaluation.result</c> events (OTel GenAI semconv 1.38), which are on the span that was evaluated.</summary>
internal static class GenAiEvaluations
{
    /// <param name="span">The span as it came.</param>
    /// <param name="update">What it was mapped to.</param>
    /// <param name="environment">Null when the span names none.</param>
    /// <param name="limits">Lengths of texts.</param>
    /// <param name="scores">Where they go to. Sent again, they have the same ids.</param>
    public static void Read(RawSpan span, SpanUpdate update, string? environment, IngestionOptions limits, List<Score> scores)
    {
        for (var i = 0; i < span.Events.Count; i++)
        {
            if (span[span.Events[i].Name].SequenceEqual("gen_ai.evaluation.result"u8) && Read(span, span.Events[i], i, update, environment, limits) is { } score)
                scores.Add(score);
        }
    }

    /// <summary>Null when the event has no name, or neither a value nor a label: it stays visible as an event.</summary>
    private static Score? Read(RawSpan span, RawEvent evaluation, int index, SpanUpdate update, string? environment, IngestionOptions limits)
    {
        string? name = null, label = null, explanation = null;
        double? value = null;
        foreach (ref readonly var attribute in span.Attributes(evaluation.Attributes))
        {
            var key = span[attribute.Key];
            if (attribute.Type == RawType.String && key.SequenceEqual("gen_ai.evaluation.name"u8))
                name = Text.Shorten(span[attribute.Text], limits.MaxNameLength);
            else if (attribute.Type == RawType.String && key.SequenceEqual("gen_ai.evaluation.score.label"u8))
                label = Text.Shorten(span[attribute.Text], limits.MaxNameLength);
            else if (attribute.Type == RawType.String && key.SequenceEqual("gen_ai.evaluation.explanation"u8))
                explanation = JsonContent.Cut(Encoding.UTF8.GetString(span[attribute.Text]), limits.MaxFieldBytes);
            else if (key.SequenceEqual("gen_ai.evaluation.score.value"u8))
                value = attribute.Type switch { RawType.Double => BitConverter.Int64BitsToDouble(attribute.Bits), RawType.Int => attribute.Bits, _ => null };
        }

        if (string.IsNullOrEmpty(name) || (value is null ? string.IsNullOrEmpty(label) : !double.IsFinite(value.Value)))
            return null;
        var time = evaluation.Time is > 0 and <= long.MaxValue ? (long)evaluation.Time : update.EndTime ?? update.StartTime ?? 0;
        return new Score
        {
            ProjectId = update.ProjectId,
            Id = IdOf(update, name, time, index),
            TraceId = update.TraceId,
            SpanId = update.SpanId,
            Name = name,
            DataType = value is null ? ScoreDataType.Categorical : ScoreDataType.Numeric,
            Value = value,
            Text = value is null ? label : null,
            Source = ScoreSource.Evaluator,
            Comment = explanation,

            // A number's label ("pass") has no place of its own.
            Metadata = value is null || label is null ? null : JsonSerializer.Serialize(new Dictionary<string, string> { ["label"] = label }),
            Environment = environment ?? LangfuseEnvironment.Default,
            Timestamp = time,
            VersionTime = update.Version.EventTime,
            VersionHash = update.Hash,
        };
    }

    private static string IdOf(SpanUpdate update, string name, long time, int index) =>
        Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes($"evaluation\n{update.TraceId}\n{update.SpanId}\n{name}\n{time}\n{index}")));
}
