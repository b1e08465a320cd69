using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>
/// What readers must say of a trace, worked out from all of its updates at once: by the rules as they are documented, in the plainest way, and with
/// nothing of what stores and reads. Every model call counts as one of its own: which of them are the same is not its subject.
/// </summary>
/// <param name="own">What was said of the trace itself.</param>
/// <param name="updates">What was said of its spans.</param>
/// <param name="receivedAt">When all of it came, in nanoseconds since the Unix epoch.</param>
/// <param name="priceKey">Of the price that every model has: <see cref="UsdPerMillion"/>.</param>
internal sealed class ExpectedTrace(string traceId, IReadOnlyList<TraceUpdate> own, IEnumerable<SpanUpdate> updates, long receivedAt, string priceKey)
{
    private const long Day = 24 * 60 * 60 * 1_000_000_000L;

    // How many of the buckets are input.
    private const int InputBuckets = 6;

    /// <summary>By id. Attributes are told as <see cref="Leaves"/>, events and links as <see cref="Elements"/>.</summary>
    public IReadOnlyList<SpanDetails> Spans { get; } = [.. updates.GroupBy(u => u.SpanId).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => Span([.. s], receivedAt, priceKey))];

    /// <summary>In the order of <see cref="Buckets"/>.</summary>
    public static IReadOnlyList<decimal> UsdPerMillion { get; } = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29];

    /// <summary>Metadata are told as <see cref="Leaves"/>.</summary>
    public TraceDetails Details => new()
    {
        ProjectId = 1,
        TraceNo = 0,
        TraceId = traceId,
        Name = Own(TraceField.Name, t => t.Name) ?? NameOfSpan,
        StartTime = Time(Start),
        IsDatedAhead = Start > receivedAt + Day,
        EndTime = End is { } end ? Time(end) : null,
        LastActivity = Time(receivedAt),
        Status = Status,
        Activity = Spans.Any(IsOpen) ? TraceActivity.Running : TraceActivity.Finished,
        SpanCount = Spans.Count,
        ErrorCount = Spans.Count(s => s.Facts.Status == SpanStatus.Error),
        ModelCalls = Calls.Length,
        UnpricedCalls = Calls.Count(c => c.Cost.Amount is null),
        TokensIn = Sum(Calls.SelectMany(c => Buckets(c.Usage).Take(InputBuckets))),
        TokensCached = Sum(Calls.Select(c => c.Usage?.CacheRead)),
        TokensOut = Sum(Calls.SelectMany(c => Buckets(c.Usage).Skip(InputBuckets))),
        TokensUnsplit = Sum(Calls.Select(c => c.Usage?.Unsplit)),
        Cost = Sum(Calls.Select(c => c.Cost.Amount)),
        Ttft = Calls.Where(c => c.FirstTokenTime >= c.StartTime).Select(c => Length(c.StartTime, c.FirstTokenTime)).FirstOrDefault(),
        Models = [.. Calls.Select(c => c.Model).OfType<string>().Distinct().Order(StringComparer.Ordinal)],
        UserId = Own(TraceField.UserId, t => t.UserId),
        SessionId = Own(TraceField.SessionId, t => t.SessionId),
        Environment = own.Where(t => t.Has(TraceField.Environment)).OrderBy(t => t.Version).ThenBy(t => t.Environment, StringComparer.Ordinal).FirstOrDefault()?.Environment ?? "default",
        Release = Own(TraceField.Release, t => t.Release),
        AppVersion = Own(TraceField.Version, t => t.AppVersion),
        Tags = [.. own.SelectMany(t => t.Tags ?? []).Distinct().Order(StringComparer.Ordinal)],
        InputPreview = Own(TraceField.InputPreview, t => t.InputPreview),
        OutputPreview = Own(TraceField.OutputPreview, t => t.OutputPreview),
        MetadataJson = Metadata,
        Version = 0,
    };

    /// <summary>The same as a list tells it.</summary>
    public TraceListItem Listed
    {
        get
        {
            var trace = Details;
            return new()
            {
                TraceId = traceId,
                Name = trace.Name,
                InputPreview = trace.InputPreview,
                StartTime = trace.StartTime,
                OrderTime = Time(Math.Min(Start, receivedAt + Day)),
                Duration = Length(Start, End),
                Status = trace.Status,
                Activity = trace.Activity,
                SpanCount = trace.SpanCount,
                ErrorCount = trace.ErrorCount,
                Model = MainModel,
                ModelCount = trace.Models.Count,
                Ttft = trace.Ttft,
                TokensIn = trace.TokensIn,
                TokensOut = trace.TokensOut,
                TokensUnsplit = trace.TokensUnsplit,
                Cost = trace.Cost,
                UnpricedCalls = trace.UnpricedCalls,
                UserId = trace.UserId,
                SessionId = trace.SessionId,
                Environment = trace.Environment,
                Version = 0,
            };
        }
    }

    private SpanFacts[] Calls => [.. InOrder(Spans.Where(s => s.Facts.Counted))];

    private long Start => Earliest([.. own.Select(t => t.Timestamp), .. Spans.Select(s => s.Facts.StartTime)]) ?? Math.Min(receivedAt, LastEnd ?? receivedAt);

    private long? End => LastEnd is { } end ? Math.Max(end, Start) : null;

    /// <summary>Null while a span is open. A moment ends as it begins.</summary>
    private long? LastEnd => Spans.Any(IsOpen) ? null : Spans.Max(s => s.Facts.EndTime ?? (s.Facts.Kind == SpanKind.Event ? s.Facts.StartTime : null));

    private string? NameOfSpan =>
        InOrder(Spans.Where(s => s.Facts.Name is not null)).OrderBy(f => f.ParentSpanId is not null).FirstOrDefault()?.Name;

    private SpanStatus Status
    {
        get
        {
            var roots = Spans.Where(s => s.Facts.ParentSpanId is null).ToList();
            var failed = (roots.Count > 0 ? roots : Spans).Any(s => s.Facts.Status == SpanStatus.Error);
            return failed ? SpanStatus.Error : roots.Exists(s => s.Facts.Status == SpanStatus.Ok) ? SpanStatus.Ok : SpanStatus.Unset;
        }
    }

    /// <summary>The one that cost most, or else used most, or else came first.</summary>
    private string? MainModel => Calls.Where(c => c.Model is not null).GroupBy(c => c.Model)
        .OrderByDescending(m => Sum(m.Select(c => c.Cost.Amount)))
        .ThenByDescending(m => Sum(m.SelectMany(c => Buckets(c.Usage).Append(c.Usage?.Unsplit))))
        .FirstOrDefault()?.Key;

    /// <summary>What was said of the trace, and of the members that it does not name those on which all spans agree.</summary>
    private string? Metadata
    {
        get
        {
            var said = Merged(own, (int)TraceField.Metadata, t => t.Metadata);
            var shared = own.Where(t => t.SharedMetadata is not null).Select(t => Members(t.SharedMetadata!)).ToList();
            var agreed = shared.SelectMany(s => s).Where(m => shared.TrueForAll(s => s.Contains(m))).Distinct();
            return Lines(said.Concat(agreed.Where(m => !said.Exists(l => IsAt(l, m) || IsAbove(m, l))).SelectMany(m => Registers(m.Json, m.Path))));
        }
    }

    private string? Own(TraceField field, Func<TraceUpdate, string?> value) => Latest(own, (int)field, value, StringComparer.Ordinal);

    /// <summary>The values in a JSON object by their paths, a line each; null when there are none.</summary>
    public static string? Leaves(string? json) => json is null ? null : Lines(Registers(json));

    /// <summary>The elements of JSON arrays as one set, a line each; null when there is no array.</summary>
    public static string? Elements(params IEnumerable<string> arrays) => arrays.Any()
        ? string.Join('\n', arrays.SelectMany(a => JsonSerializer.Deserialize<JsonElement[]>(a)!).Select(e => e.GetRawText()).Distinct().Order(StringComparer.Ordinal))
        : null;

    private static SpanDetails Span(SpanUpdate[] updates, long receivedAt, string priceKey)
    {
        var kind = Value(SpanField.Kind, u => u.Kind) ?? SpanKind.Span;
        var usage = Latest(updates, (int)SpanField.Usage, u => u.Usage, Comparer<TokenUsage?>.Create((a, b) => string.CompareOrdinal(Rank(a), Rank(b))));
        var (input, output) = (Content(SpanField.Input, u => u.Input), Content(SpanField.Output, u => u.Output));
        var isOutputSaid = updates.Any(u => u.Has(SpanField.Output));
        var pieces = updates.SelectMany(u => u.Chunks ?? []).GroupBy(c => c.Sequence).OrderBy(c => c.Key).Select(c => c.Select(p => p.Text).Max(StringComparer.Ordinal)!).ToList();
        var isStreamed = !isOutputSaid && pieces.Count > 0;
        output ??= isStreamed ? string.Concat(pieces) : null;
        var (start, end) = (Earliest(updates.Select(u => u.StartTime)), Value(SpanField.EndTime, u => u.EndTime));
        var facts = new SpanFacts
        {
            SpanId = updates[0].SpanId,
            ParentSpanId = Text(SpanField.ParentSpanId, u => u.ParentSpanId),
            Name = Text(SpanField.Name, u => u.Name),
            Kind = kind,
            Status = Value(SpanField.Status, u => u.Status) ?? SpanStatus.Unset,
            StartTime = start,
            EndTime = end < start ? start : end,
            FirstTokenTime = Value(SpanField.FirstTokenTime, u => u.FirstTokenTime),
            Provider = Text(SpanField.Provider, u => u.Provider),
            Model = Text(SpanField.ResponseModel, u => u.ResponseModel) ?? Text(SpanField.RequestModel, u => u.RequestModel),
            RequestModel = Text(SpanField.RequestModel, u => u.RequestModel),
            ServiceTier = Text(SpanField.ServiceTier, u => u.ServiceTier),
            ResponseId = Text(SpanField.ResponseId, u => u.ResponseId),
            Usage = usage,
            Counted = kind is SpanKind.Generation or SpanKind.Embedding or SpanKind.Reranker,
            ReceivedAt = receivedAt,
            OnlyLogs = updates.All(u => Enum.GetValues<SpanField>().All(f => !u.Has(f) || (f == SpanField.Events && u.Version.Class == 0))),
        };
        return new SpanDetails
        {
            Facts = facts with { Cost = Cost(facts, Value(SpanField.ReportedCost, u => u.ReportedCost), isOutputSaid, priceKey) },
            StatusMessage = Text(SpanField.StatusMessage, u => u.StatusMessage),
            ErrorType = Text(SpanField.ErrorType, u => u.ErrorType),
            RequestModel = facts.RequestModel,
            ResponseModel = Text(SpanField.ResponseModel, u => u.ResponseModel),
            Streaming = Value(SpanField.Streaming, u => u.Streaming),
            FinishReason = Text(SpanField.FinishReason, u => u.FinishReason),
            ServiceTier = facts.ServiceTier,
            ToolName = Text(SpanField.ToolName, u => u.ToolName),
            ToolCallId = Text(SpanField.ToolCallId, u => u.ToolCallId),
            AgentName = Text(SpanField.AgentName, u => u.AgentName),
            PromptName = Text(SpanField.PromptName, u => u.PromptName),
            PromptVersion = Text(SpanField.PromptVersion, u => u.PromptVersion),
            ServiceName = Text(SpanField.ServiceName, u => u.ServiceName),
            Input = input,
            InputLength = input?.Length,
            Output = output,
            OutputLength = output?.Length,
            OutputStreamed = isStreamed,
            AttributesJson = Lines(Merged(updates, (int)SpanField.Attributes, u => u.Attributes)),
            EventsJson = Elements(updates.Select(u => u.Events).OfType<byte[]>().Select(Encoding.UTF8.GetString)),
            LinksJson = Elements(updates.Select(u => u.Links).OfType<byte[]>().Select(Encoding.UTF8.GetString)),
            ResourceJson = Content(SpanField.Resource, u => u.Resource),
            OriginJson = Content(SpanField.Origin, u => u.Origin),
        };

        string? Text(SpanField field, Func<SpanUpdate, string?> value) => Latest(updates, (int)field, value, StringComparer.Ordinal);

        string? Content(SpanField field, Func<SpanUpdate, byte[]?> value) => Text(field, u => value(u) is { } utf8 ? Encoding.UTF8.GetString(utf8) : null);

        T? Value<T>(SpanField field, Func<SpanUpdate, T?> value)
            where T : struct => Latest(updates, (int)field, value, Comparer<T?>.Default);
    }

    /// <summary>What the sender says; nothing, when the call was refused before it was answered; else tokens times prices, where both are known.</summary>
    private static Cost Cost(SpanFacts call, decimal? reported, bool isAnswered, string priceKey)
    {
        if (reported is not null)
            return new Cost(reported, CostSource.Reported);
        if (call is { Counted: true, Status: SpanStatus.Error, Usage: null, FirstTokenTime: null } && !isAnswered)
            return new Cost(0, CostSource.Refused);
        return call.Model is null || call.Usage is null or { Unsplit: > 0 } || Sum(Buckets(call.Usage)) is null
            ? new Cost(null, CostSource.Unknown)
            : new Cost(Buckets(call.Usage).Zip(UsdPerMillion, (tokens, usd) => (tokens ?? 0) * usd / 1_000_000).Sum(), CostSource.Computed, priceKey);
    }

    /// <summary>Of those who say it, what the latest says. Of equally late ones the greatest counts; null is a value, and the least.</summary>
    private static T? Latest<TUpdate, T>(IEnumerable<TUpdate> updates, int field, Func<TUpdate, T?> value, IComparer<T?> order)
        where TUpdate : VersionedUpdate => updates.Where(u => u.Has(field)).OrderBy(u => u.Version).ThenBy(value, order).Select(value).LastOrDefault();

    /// <summary>
    /// Of each path the latest value, unless something above it is as late or later. A null is a value that is not seen; an empty object hides nothing, and
    /// nothing is seen that has something seen below it.
    /// </summary>
    private static List<Register> Merged<T>(IEnumerable<T> updates, int field, Func<T, byte[]?> json)
        where T : VersionedUpdate
    {
        var latest = updates.Where(u => u.Has(field))
            .SelectMany(u => Registers(json(u) is { } utf8 ? Encoding.UTF8.GetString(utf8) : "null").Select(r => (Register: r, u.Version)))
            .GroupBy(r => r.Register.Path).Select(p => p.OrderBy(r => r.Version).ThenBy(r => r.Register.Json, StringComparer.Ordinal).Last()).ToList();
        var visible = latest.Where(r => !latest.Exists(a => IsAbove(a.Register, r.Register) && a.Register.Json != "{}" && a.Version >= r.Version))
            .Select(r => r.Register).Where(r => r.Json != "null").ToList();
        return visible.FindAll(r => !visible.Exists(b => IsAbove(r, b)));
    }

    /// <summary>The values in a JSON value, arrays and empty objects among them. An empty object as a whole says nothing.</summary>
    private static IEnumerable<Register> Registers(string json, string path = "")
    {
        var value = JsonSerializer.Deserialize<JsonElement>(json);
        return value.ValueKind != JsonValueKind.Object || (path.Length > 0 && !value.EnumerateObject().Any())
            ? [new(path, json)]
            : Members(Encoding.UTF8.GetBytes(json), path).SelectMany(m => Registers(m.Json, m.Path));
    }

    private static List<Register> Members(byte[] json, string path = "") =>
        [.. JsonSerializer.Deserialize<JsonElement>(json).EnumerateObject().Select(m => new Register($"{path}/{m.Name.Replace("/", "~1", StringComparison.Ordinal)}", m.Value.GetRawText()))];

    private static bool IsAt(Register a, Register b) => a.Path == b.Path;

    private static bool IsAbove(Register above, Register below) => below.Path.StartsWith(above.Path + "/", StringComparison.Ordinal);

    private static string? Lines(IEnumerable<Register> registers) =>
        registers.Where(r => r.Json != "null").Select(r => $"{r.Path} = {r.Json}").Order(StringComparer.Ordinal).ToList() is { Count: > 0 } lines ? string.Join('\n', lines) : null;

    private static IEnumerable<SpanFacts> InOrder(IEnumerable<SpanDetails> spans) =>
        spans.Select(s => s.Facts).OrderBy(f => f.StartTime ?? long.MaxValue).ThenBy(f => f.SpanId, StringComparer.Ordinal);

    private static bool IsOpen(SpanDetails span) => span.Facts is { EndTime: null, Kind: not SpanKind.Event, OnlyLogs: false };

    /// <summary>Input first.</summary>
    private static long?[] Buckets(TokenUsage? usage) =>
    [
        usage?.Input, usage?.CacheRead, usage?.CacheWrite5m, usage?.CacheWrite1h, usage?.InputAudio, usage?.InputImage,
        usage?.Output, usage?.Reasoning, usage?.OutputAudio, usage?.OutputImage,
    ];

    /// <summary>In the order of the merge rule; there are few tokens here.</summary>
    private static string? Rank(TokenUsage? usage) => usage is null ? null : string.Join(
        ' ',
        new[]
        {
            usage.Input, usage.CacheRead, usage.CacheWrite5m, usage.CacheWrite1h, usage.Output, usage.Reasoning,
            usage.InputAudio, usage.OutputAudio, usage.InputImage, usage.OutputImage, usage.Unsplit, (long)usage.Rule,
        }.Select(b => b is null ? "-" : $"{b:D3}").Append(usage.Other));

    private static long? Sum(IEnumerable<long?> values) => values.Aggregate((long?)null, (sum, v) => v is null ? sum : (sum ?? 0) + v);

    private static decimal? Sum(IEnumerable<decimal?> values) => values.Aggregate((decimal?)null, (sum, v) => v is null ? sum : (sum ?? 0) + v);

    private static long? Earliest(IEnumerable<long?> times) => times.Min();

    private static DateTimeOffset Time(long nanos) => DateTimeOffset.UnixEpoch.AddTicks(nanos / 100);

    private static TimeSpan? Length(long? from, long? to) => to - from is { } nanos ? TimeSpan.FromTicks(nanos / 100) : null;

    /// <summary>A value of a JSON object and where it is.</summary>
    private readonly record struct Register(string Path, string Json);
}
