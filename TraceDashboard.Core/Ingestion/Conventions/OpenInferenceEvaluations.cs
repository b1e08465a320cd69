using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Scores from OpenInference's <c>evaluations.N.evaluation.*</c> and <c>annotations.N.annotation.*</c>, which mean the same: of the span
/// they are on, or with <c>trace.</c> or <c>session.</c> before, of its trace or session. They stay visible as attributes.
/// </summary>
internal static class OpenInferenceEvaluations
{
    private const string Human = "HUMAN";

    private enum Level
    {
        Span,
        Trace,
        Session,
    }

    /// <summary>Whether the span has any; cheap, because most have none.</summary>
    public static bool AreIn(RawSpan span)
    {
        foreach (ref readonly var attribute in span.Attributes(span.SpanAttributes))
        {
            if (!attribute.Hidden && TrySplit(span[attribute.Key], out _, out _, out _, out _))
                return true;
        }

        return false;
    }

    /// <param name="span">The span as it came.</param>
    /// <param name="update">What it was mapped to.</param>
    /// <param name="sessionId">The span's session; without one, nothing is known of what is said about it.</param>
    /// <param name="environment">Null when the span names none.</param>
    /// <param name="limits">Lengths of texts.</param>
    /// <param name="scores">Where they go to. Sent again, they have the same ids.</param>
    public static void Read(RawSpan span, SpanUpdate update, string? sessionId, string? environment, IngestionOptions limits, List<Score> scores)
    {
        var found = new SortedDictionary<(Level, bool, int), Result>();
        foreach (ref readonly var attribute in span.Attributes(span.SpanAttributes))
        {
            if (attribute.Hidden || !TrySplit(span[attribute.Key], out var level, out var isAnnotation, out var index, out var field))
                continue;
            if (!found.TryGetValue((level, isAnnotation, index), out var result))
                found[(level, isAnnotation, index)] = result = new Result();
            result.Set(field, span, attribute, limits);
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ((level, _, index), result) in found)
        {
            (string?, string?, string?) subject = level switch
            {
                Level.Span => (update.TraceId, update.SpanId, null),
                Level.Trace => (update.TraceId, null, null),
                _ => (null, null, sessionId),
            };

            // The same result in both forms is one score, so the form does not tell results apart; their place in the list does, where no identifier is given.
            var place = result.Identifier ?? index.ToString(CultureInfo.InvariantCulture);
            var identity = $"openinference\n{update.TraceId}\n{update.SpanId}\n{level}\n{result.Evaluation.Name}\n{result.AnnotatorKind}\n{place}";
            if ((level != Level.Session || sessionId is not null)
                && result.Evaluation.ToScore(update, subject, identity, environment, update.EndTime ?? update.StartTime ?? 0) is { } score
                && ids.Add(score.Id))
            {
                scores.Add(score);
            }
        }
    }

    private static bool TrySplit(ReadOnlySpan<byte> key, out Level level, out bool isAnnotation, out int index, out ReadOnlySpan<byte> field)
    {
        level = key.StartsWith("trace."u8) ? Level.Trace : key.StartsWith("session."u8) ? Level.Session : Level.Span;
        if (level != Level.Span)
            key = key[(key.IndexOf((byte)'.') + 1)..];
        isAnnotation = key.StartsWith("annotations."u8);
        var list = isAnnotation ? "annotations."u8 : "evaluations."u8;
        var item = isAnnotation ? ".annotation."u8 : ".evaluation."u8;
        index = 0;
        field = default;
        if (!key.StartsWith(list) || !Utf8Parser.TryParse(key[list.Length..], out index, out var digits) || index < 0 || !key[(list.Length + digits)..].StartsWith(item))
            return false;
        field = key[(list.Length + digits + item.Length)..];
        return true;
    }

    private sealed class Result
    {
        public Evaluation Evaluation { get; } = new();

        public string? AnnotatorKind { get; private set; }

        public string? Identifier { get; private set; }

        public void Set(ReadOnlySpan<byte> field, RawSpan span, in RawAttribute attribute, IngestionOptions limits)
        {
            if (field.SequenceEqual("score"u8))
            {
                Evaluation.Value = RawRecord.NumberOf(attribute);
                return;
            }

            if (attribute.Type != RawType.String)
                return;
            var text = span[attribute.Text];
            if (field.SequenceEqual("name"u8))
                Evaluation.Name = StorableText.Shorten(text, limits.MaxNameLength);
            else if (field.SequenceEqual("label"u8))
                Evaluation.Label = StorableText.Shorten(text, limits.MaxNameLength);
            else if (field.SequenceEqual("explanation"u8))
                Evaluation.Explanation = JsonContent.Cut(Encoding.UTF8.GetString(text), limits.MaxFieldBytes);
            else if (field.SequenceEqual("annotator_kind"u8))
                SetKind(StorableText.Shorten(text, limits.MaxNameLength));
            else if (field.SequenceEqual("identifier"u8))
                Metadata["identifier"] = Identifier = StorableText.Shorten(text, limits.MaxNameLength);
            else if (field.SequenceEqual("metadata"u8) && text.Length <= limits.MaxFieldBytes)
                AddMetadata(text);
        }

        private JsonObject Metadata => Evaluation.Metadata ??= [];

        private void SetKind(string kind)
        {
            AnnotatorKind = kind;
            Metadata["annotator_kind"] = kind;
            if (kind == Human)
                Evaluation.Source = ScoreSource.Human;
        }

        private void AddMetadata(ReadOnlySpan<byte> json)
        {
            try
            {
                using var document = JsonDocument.Parse(Encoding.UTF8.GetString(json));
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                    return;
                foreach (var member in document.RootElement.EnumerateObject())
                    Metadata[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // It is no JSON, or has a name that is no text; it is still there as an attribute.
            }
        }
    }
}
