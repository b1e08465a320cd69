using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>
/// What a project's settings make of what it is sent, whatever protocol brought it: first whether a trace is kept at all, then which
/// contents are, then what is taken out of them, and last how long they may be. Only streamed pieces are redacted later, where those
/// before and after them are known: in the transaction that stores them. Thread-safe.
/// </summary>
internal sealed class PrivacyPolicy
{
    private readonly CaptureFilter _filter;
    private readonly CaptureMode _capture;
    private readonly double _share;
    private readonly SizeLimits _limits;
    private readonly byte[] _pseudonymKey;

    private PrivacyPolicy(ProjectSettings settings, Redactor? redactor, byte[] pseudonymKey, IContentAttributes attributes)
    {
        _filter = new CaptureFilter(attributes);
        _capture = settings.Capture;
        _share = settings.SampleShare;
        _limits = settings.Limits;
        _pseudonymKey = pseudonymKey;
        Redactor = redactor;
    }

    /// <summary>Null when nothing is redacted.</summary>
    public Redactor? Redactor { get; }

    /// <summary>Null when everything is kept as it comes.</summary>
    public static PrivacyPolicy? Of(ProjectSettings settings, byte[] pseudonymKey, IContentAttributes attributes)
    {
        var rules = settings.Redaction.ToRules();
        return rules.Count == 0 && settings is { Capture: CaptureMode.Full, SampleShare: >= 1, Limits.IsNone: true }
            ? null
            : new PrivacyPolicy(settings, rules.Count == 0 ? null : new Redactor(rules), pseudonymKey, attributes);
    }

    /// <summary>Changes what the batch brings; returns what is kept of it.</summary>
    /// <param name="sampledOut">Spans of traces that are not kept.</param>
    public IngestBatch Apply(IngestBatch batch, out int sampledOut)
    {
        sampledOut = 0;
        if (_share < 1)
        {
            var spans = batch.Spans.Count;
            batch = batch with
            {
                Spans = [.. batch.Spans.Where(s => IsKept(s.TraceId))],
                Traces = [.. batch.Traces.Where(t => IsKept(t.TraceId))],
                Scores = [.. batch.Scores.Where(s => s.TraceId is null || IsKept(s.TraceId))],
            };
            sampledOut = spans - batch.Spans.Count;
        }

        var previews = Redactor is null || batch.Traces.Count == 0 ? null : new Previews();
        foreach (var span in batch.Spans)
        {
            Capture(span);
            if (Redactor is not null)
                Redact(span, Redactor, previews);
            Limit(span);
        }

        foreach (var trace in batch.Traces)
        {
            Capture(trace);
            if (Redactor is not null)
                Redact(trace, Redactor, previews!);
            Limit(trace);
        }

        if (batch.Scores.Count > 0)
            batch = batch with { Scores = [.. batch.Scores.Select(s => Redact(Capture(s)))] };
        return Redactor is null ? batch : batch with { Redactor = Redactor };
    }

    /// <summary>Whether a trace is among the share that is kept: it follows from its id alone, so all of its spans are or none is.</summary>
    internal bool IsKept(string traceId) =>
        _share >= 1 || (XxHash3.HashToUInt64(MemoryMarshal.AsBytes(traceId.AsSpan()), seed: 0x73616D706C65) >> 11) * (1.0 / (1UL << 53)) < _share;

    /// <summary>Whether images and documents of a trace are kept. Nothing is searched for in them.</summary>
    public bool KeepsMedia(string traceId) => _capture == CaptureMode.Full && IsKept(traceId);

    private void Capture(SpanUpdate span)
    {
        if (_capture == CaptureMode.Full)
            return;
        span.Chunks = null;
        span.Drop((int)SpanField.Input);
        span.Drop((int)SpanField.Output);
        if (_capture == CaptureMode.None)
        {
            foreach (var field in (ReadOnlySpan<SpanField>)[SpanField.Attributes, SpanField.Events, SpanField.Links, SpanField.Resource, SpanField.Origin, SpanField.StatusMessage])
                span.Drop((int)field);
            return;
        }

        Keep(span, SpanField.Attributes, span.Attributes, (s, v) => s.Attributes = v);
        Keep(span, SpanField.Events, span.Events, (s, v) => s.Events = v);
        Keep(span, SpanField.Links, span.Links, (s, v) => s.Links = v);
        if (!CaptureFilter.IsKept(span.StatusMessage))
            span.Drop((int)SpanField.StatusMessage);
    }

    private void Keep(SpanUpdate span, SpanField field, byte[]? json, Action<SpanUpdate, byte[]> set)
    {
        if (json is null)
            return;
        if (_filter.Apply(json) is { } kept)
            set(span, kept);
        else
            span.Drop((int)field);
    }

    private void Capture(TraceUpdate trace)
    {
        if (_capture == CaptureMode.Full)
            return;
        foreach (var field in (ReadOnlySpan<TraceField>)[TraceField.Input, TraceField.Output, TraceField.InputPreview, TraceField.OutputPreview])
            trace.Drop((int)field);
        Keep(trace, TraceField.Metadata, trace.Metadata, static (t, v) => t.Metadata = v);
        Keep(trace, TraceField.SharedMetadata, trace.SharedMetadata, static (t, v) => t.SharedMetadata = v);
    }

    private void Keep(TraceUpdate trace, TraceField field, byte[]? json, Action<TraceUpdate, byte[]> set)
    {
        if (json is null)
            return;
        if (_capture == CaptureMode.Metadata && _filter.Apply(json) is { } kept)
            set(trace, kept);
        else
            trace.Drop((int)field);
    }

    private Score Capture(Score score) => _capture switch
    {
        CaptureMode.Full => score,
        CaptureMode.Metadata => score with
        {
            Comment = null,
            Text = score.DataType == ScoreDataType.Text ? "" : score.Text,
            Metadata = score.Metadata is { } metadata && _filter.Apply(Encoding.UTF8.GetBytes(metadata)) is { } kept ? Encoding.UTF8.GetString(kept) : null,
        },
        _ => score with { Comment = null, Text = score.DataType == ScoreDataType.Text ? "" : score.Text, Metadata = null },
    };

    private void Redact(SpanUpdate span, Redactor redactor, Previews? previews)
    {
        Change(span.Name, redactor.Apply(span.Name), span, static (s, v) => s.Name = v);
        Change(span.StatusMessage, redactor.Apply(span.StatusMessage), span, static (s, v) => s.StatusMessage = v);
        Change(span.ErrorType, redactor.Apply(span.ErrorType), span, static (s, v) => s.ErrorType = v);
        Change(span.Provider, redactor.Apply(span.Provider), span, static (s, v) => s.Provider = v);
        Change(span.RequestModel, redactor.Apply(span.RequestModel), span, static (s, v) => s.RequestModel = v);
        Change(span.ResponseModel, redactor.Apply(span.ResponseModel), span, static (s, v) => s.ResponseModel = v);
        Change(span.ResponseId, RedactId(span.ResponseId), span, static (s, v) => s.ResponseId = v);
        Change(span.FinishReason, redactor.Apply(span.FinishReason), span, static (s, v) => s.FinishReason = v);
        Change(span.ServiceTier, redactor.Apply(span.ServiceTier), span, static (s, v) => s.ServiceTier = v);
        Change(span.ToolName, redactor.Apply(span.ToolName), span, static (s, v) => s.ToolName = v);
        Change(span.ToolCallId, RedactId(span.ToolCallId), span, static (s, v) => s.ToolCallId = v);
        Change(span.AgentName, redactor.Apply(span.AgentName), span, static (s, v) => s.AgentName = v);
        Change(span.PromptName, redactor.Apply(span.PromptName), span, static (s, v) => s.PromptName = v);
        Change(span.PromptVersion, redactor.Apply(span.PromptVersion), span, static (s, v) => s.PromptVersion = v);
        Change(span.ServiceName, redactor.Apply(span.ServiceName), span, static (s, v) => s.ServiceName = v);
        if (Change(span.Input, redactor.Apply(span.Input), span, static (s, v) => s.Input = v) is { } input)
            previews?.Note(Preview.OfInput(input), () => Preview.OfInput(span.Input));
        if (Change(span.Output, redactor.Apply(span.Output), span, static (s, v) => s.Output = v) is { } output)
            previews?.Note(Preview.OfOutput(output), () => Preview.OfOutput(span.Output));
        Change(span.Attributes, redactor.Apply(span.Attributes), span, static (s, v) => s.Attributes = v);
        Change(span.Events, redactor.Apply(span.Events), span, static (s, v) => s.Events = v);
        Change(span.Links, redactor.Apply(span.Links), span, static (s, v) => s.Links = v);
        Change(span.Resource, redactor.Apply(span.Resource), span, static (s, v) => s.Resource = v);
        Change(span.Origin, redactor.Apply(span.Origin), span, static (s, v) => s.Origin = v);
    }

    private void Redact(TraceUpdate trace, Redactor redactor, Previews previews)
    {
        if (Change(trace.Input, redactor.Apply(trace.Input), trace, static (t, v) => t.Input = v) is { } input)
            previews.Note(Preview.OfInput(input), () => Preview.OfInput(trace.Input));
        if (Change(trace.Output, redactor.Apply(trace.Output), trace, static (t, v) => t.Output = v) is { } output)
            previews.Note(Preview.OfOutput(output), () => Preview.OfOutput(trace.Output));
        Change(trace.InputPreview, redactor.Apply(previews.Of(trace.InputPreview)), trace, static (t, v) => t.InputPreview = v);
        Change(trace.OutputPreview, redactor.Apply(previews.Of(trace.OutputPreview)), trace, static (t, v) => t.OutputPreview = v);
        Change(trace.Name, redactor.Apply(trace.Name), trace, static (t, v) => t.Name = v);
        Change(trace.UserId, RedactId(trace.UserId), trace, static (t, v) => t.UserId = v);
        Change(trace.SessionId, RedactId(trace.SessionId), trace, static (t, v) => t.SessionId = v);
        Change(trace.ExternalId, RedactId(trace.ExternalId), trace, static (t, v) => t.ExternalId = v);
        Change(trace.Environment, redactor.Apply(trace.Environment), trace, static (t, v) => t.Environment = v);
        Change(trace.Release, redactor.Apply(trace.Release), trace, static (t, v) => t.Release = v);
        Change(trace.AppVersion, redactor.Apply(trace.AppVersion), trace, static (t, v) => t.AppVersion = v);
        Change(trace.Metadata, redactor.Apply(trace.Metadata), trace, static (t, v) => t.Metadata = v);
        Change(trace.SharedMetadata, redactor.Apply(trace.SharedMetadata), trace, static (t, v) => t.SharedMetadata = v);
        if (trace.Tags is { Length: > 0 } tags && tags.Any(t => redactor.Apply(t) != t))
            trace.Tags = [.. tags.Select(t => redactor.Apply(t)!)];
    }

    private Score Redact(Score score) => Redactor is not { } redactor ? score : score with
    {
        SessionId = RedactId(score.SessionId),
        Name = redactor.Apply(score.Name)!,
        Text = redactor.Apply(score.Text),
        Comment = redactor.Apply(score.Comment),
        Metadata = score.Metadata is { } metadata && redactor.Apply(Encoding.UTF8.GetBytes(metadata)) is { } redacted ? Encoding.UTF8.GetString(redacted) : null,
        Author = RedactId(score.Author),
        Environment = redactor.Apply(score.Environment)!,
        ConfigId = RedactId(score.ConfigId),
    };

    private void Limit(SpanUpdate span)
    {
        if (_limits.InputBytes is { } input && span.Input?.Length > input)
            span.Input = StorableText.Clean(span.Input, input);
        if (_limits.OutputBytes is { } output)
        {
            if (span.Output?.Length > output)
                span.Output = StorableText.Clean(span.Output, output);
            if (span.Chunks is { } chunks)
                span.Chunks = [.. chunks.Select(c => c.Text.Length > output / 3 ? c with { Text = JsonContent.Cut(Redactor is null ? c.Text : Redactor.Apply(c.Text)!, output) } : c)];
        }

        if (_limits.AttributeBytes is not { } attribute)
            return;
        Change(span.Attributes, ContentLimiter.Apply(span.Attributes, 1, attribute), span, static (s, v) => s.Attributes = v);
        Change(span.Events, ContentLimiter.Apply(span.Events, 3, attribute), span, static (s, v) => s.Events = v);
        Change(span.Links, ContentLimiter.Apply(span.Links, 3, attribute), span, static (s, v) => s.Links = v);
    }

    private void Limit(TraceUpdate trace)
    {
        if (_limits.InputBytes is { } input && trace.Input?.Length > input)
            trace.Input = StorableText.Clean(trace.Input, input);
        if (_limits.OutputBytes is { } output && trace.Output?.Length > output)
            trace.Output = StorableText.Clean(trace.Output, output);
        if (_limits.AttributeBytes is not { } attribute)
            return;
        Change(trace.Metadata, ContentLimiter.Apply(trace.Metadata, 1, attribute), trace, static (t, v) => t.Metadata = v);
        Change(trace.SharedMetadata, ContentLimiter.Apply(trace.SharedMetadata, 1, attribute), trace, static (t, v) => t.SharedMetadata = v);
    }

    private string? RedactId(string? id) => Redactor!.ApplyToId(id, Pseudonym);

    private string Pseudonym(string match) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_pseudonymKey, Encoding.UTF8.GetBytes(match.ToUpperInvariant())).AsSpan(0, 4));

    /// <summary>Sets what is another one; returns what was there, or null when nothing changed.</summary>
    private static T? Change<T, TOwner>(T? before, T? after, TOwner owner, Action<TOwner, T?> set)
        where T : class
    {
        if (ReferenceEquals(before, after) || before is null)
            return null;
        set(owner, after);
        return before;
    }

    /// <summary>
    /// Previews were made of contents before anything was taken out of them, and may end in the middle of it: those whose content has
    /// changed are made again.
    /// </summary>
    private sealed class Previews
    {
        private readonly Dictionary<string, string?> _made = new(StringComparer.Ordinal);

        public void Note(string? before, Func<string?> after)
        {
            if (before is not null)
                _made[before] = after();
        }

        public string? Of(string? preview) => preview is not null && _made.TryGetValue(preview, out var again) ? again : preview;
    }
}
