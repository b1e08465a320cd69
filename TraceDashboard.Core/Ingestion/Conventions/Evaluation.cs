using System.IO.Hashing;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>One result of an evaluator, in whatever dialect it came.</summary>
internal sealed class Evaluation
{
    public string? Name { get; set; }

    public double? Value { get; set; }

    public string? Label { get; set; }

    public string? Explanation { get; set; }

    /// <summary>What else was said with it.</summary>
    public JsonObject? Metadata { get; set; }

    public ScoreSource Source { get; set; } = ScoreSource.Evaluator;

    /// <summary>
    /// Null when it has no name, or says nothing: it stays visible with its span. A number with a label ("pass") is a number, and keeps
    /// the label in its metadata.
    /// </summary>
    /// <param name="span">The span it came with.</param>
    /// <param name="subject">What it is about: a trace, with a span or not, or a session.</param>
    /// <param name="identity">Tells it from the other results of that name; the same when it is sent again.</param>
    /// <param name="environment">Null when the span names none.</param>
    /// <param name="time">When it was said, in nanoseconds since the Unix epoch.</param>
    public Score? ToScore(SpanUpdate span, (string? TraceId, string? SpanId, string? SessionId) subject, string identity, string? environment, long time)
    {
        if (string.IsNullOrEmpty(Name) || (Value is { } number && !double.IsFinite(number)))
            return null;
        var (type, text) = Value is not null ? (ScoreDataType.Numeric, null)
            : !string.IsNullOrEmpty(Label) ? (ScoreDataType.Categorical, Label)
            : (ScoreDataType.Text, Explanation);
        if (Value is null && string.IsNullOrEmpty(text))
            return null;
        var metadata = Metadata;
        if (Value is not null && Label is not null)
            (metadata ??= [])["label"] = Label;
        return new Score
        {
            ProjectId = span.ProjectId,
            Id = Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(identity))),
            TraceId = subject.TraceId,
            SpanId = subject.SpanId,
            SessionId = subject.SessionId,
            Name = Name,
            DataType = type,
            Value = Value,
            Text = text,
            Source = Source,
            Comment = type == ScoreDataType.Text ? null : Explanation,
            Metadata = metadata?.ToJsonString(),
            Environment = environment ?? LangfuseEnvironment.Default,
            Timestamp = time,
            VersionTime = span.Version.EventTime,
            VersionHash = span.Hash,
        };
    }
}
