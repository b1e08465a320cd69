using System.IO.Hashing;
using System.Text;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Demo;

/// <summary>What people and an evaluator thought of a trace: most get no score at all, and failures get bad ones.</summary>
internal static class DemoScores
{
    private const double RatedShare = 0.08;
    private const double EvaluatedShare = 0.2;

    private static readonly string[] s_complaints = ["Did not answer the question.", "The order number is wrong.", "Too long, and no link to the form.", "Right, but not polite."];

    /// <param name="trace">The whole trace.</param>
    /// <param name="now">Nanoseconds since the Unix epoch: what is thought later is not known yet.</param>
    public static IEnumerable<Score> Of(DemoTrace trace, long now) => All(trace).Where(s => s.Timestamp <= now);

    private static IEnumerable<Score> All(DemoTrace trace)
    {
        // Chance of its own: the traces stay what they are for a seed.
        var random = new DemoRandom((int)XxHash32.HashToUInt32(Encoding.ASCII.GetBytes(trace.TraceId)));
        var end = trace.Spans.Max(s => s.EndTime) ?? trace.Start;
        var failed = trace.Spans.Exists(s => s.ParentSpanId is null && s.Status == SpanStatus.Error);
        if (random.Chance(RatedShare))
        {
            var good = !failed && random.Chance(0.8);
            yield return New(trace, random, null, "user-feedback", end + random.Between(5, 90) * UnixNanos.PerSecond) with
            {
                DataType = ScoreDataType.Boolean,
                Value = good ? 1 : 0,
                Text = good ? "True" : "False",
                Source = ScoreSource.Human,
                Comment = good ? null : random.Pick(s_complaints),
            };
        }

        if (random.Chance(EvaluatedShare) && trace.Spans.FindLast(s => s.Kind == SpanKind.Generation && s.Status != SpanStatus.Error) is { } answer)
        {
            var value = Math.Round(1 - Math.Min(1, random.Skewed(0.12, 0.9)), 2);
            yield return New(trace, random, answer.SpanId, "faithfulness", end + 2 * UnixNanos.PerSecond) with
            {
                Value = value,
                Comment = value < 0.6 ? "Part of the answer is not in the documents that were found." : null,
            };
        }
    }

    private static Score New(DemoTrace trace, DemoRandom random, string? spanId, string name, long time) => new()
    {
        ProjectId = trace.Update.ProjectId,
        Id = random.HexId(16),
        TraceId = trace.TraceId,
        SpanId = spanId,
        Name = name,
        DataType = ScoreDataType.Numeric,
        Source = ScoreSource.Evaluator,
        Environment = trace.Update.Environment ?? "default",
        Timestamp = time,
        VersionTime = time,
        VersionHash = 0,
    };
}
