using System.Text.Json;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>Puts the summary row of a trace together from its own fields and from its spans. Neither overwrites the other.</summary>
internal static class TraceRowBuilder
{
    // How long after it came a trace may claim to start and still stand where it says: time zones are mistaken more often than years.
    private const long MostAhead = 24 * 60 * 60 * UnixNanos.PerSecond;

    // A value that is longer is found by its beginning.
    private const int MaxMetadataValue = 200;

    public static void Apply(TraceRow row, TraceUpdate? own, TraceSummary summary)
    {
        row.Name = own?.Name ?? summary.Name;
        row.UserId = own?.UserId;
        row.SessionId = own?.SessionId;
        row.Environment = own?.Environment ?? "default";
        row.Release = own?.Release;
        row.AppVersion = own?.AppVersion;
        row.Tags = own?.Tags is { Length: > 0 } tags ? JsonSerializer.Serialize(tags) : null;
        row.InputPreview = own?.InputPreview;
        row.OutputPreview = own?.OutputPreview;
        row.Metadata = JsonAgreement.Complete(own?.Metadata, own?.SharedMetadata) is { } metadata ? System.Text.Encoding.UTF8.GetString(metadata) : null;

        row.StartTime = (own?.Timestamp, summary.StartTime) switch
        {
            ({ } timestamp, { } start) => Math.Min(timestamp, start),
            (var timestamp, var start) => timestamp ?? start ?? Math.Min(row.ReceivedAt, summary.EndTime ?? long.MaxValue),
        };
        row.OrderTime = Math.Min(row.StartTime, row.ReceivedAt + MostAhead);
        row.EndTime = summary.EndTime is { } end ? Math.Max(end, row.StartTime) : null;
        row.Status = (short)summary.Status;
        row.SpanCount = summary.SpanCount;
        row.OpenSpanCount = summary.OpenSpanCount;
        row.ErrorCount = summary.ErrorCount;
        row.ModelCalls = summary.ModelCalls;
        row.UnpricedCalls = summary.UnpricedCalls;
        row.TokensIn = summary.TokensIn;
        row.TokensCached = summary.TokensCached;
        row.TokensOut = summary.TokensOut;
        row.TokensUnsplit = summary.TokensUnsplit;
        row.Cost = summary.Cost is { } cost ? PicoDollars.FromUsd(cost) : null;
        row.Ttft = summary.Ttft;
        row.Model = summary.Model;
        row.Models = summary.Models;
        row.Provider = summary.Provider;
        row.SearchText = SearchText.Build(row.Name, row.TraceId, row.UserId, row.SessionId, row.InputPreview, row.OutputPreview);
    }

    /// <summary>The leaves of metadata, keyed by their path with dots; plain texts without quotes.</summary>
    public static Dictionary<string, string> MetadataValues(string? metadata)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (metadata is null)
            return values;
        using var document = JsonEscapes.Parse(metadata, JsonKeyMerge.DocumentOptions);
        Add(document.RootElement, null, 0);
        return values;

        void Add(JsonElement value, string? key, int depth)
        {
            if (!JsonKeyMerge.IsLeaf(value, depth))
            {
                foreach (var property in value.EnumerateObject())
                    Add(property.Value, key is null ? property.Name : Beginning(key) + "." + property.Name, depth + 1);
            }
            else if (key is not null && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object))
            {
                values[Cut(key)] = Cut(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
            }
        }

        // As much as can be seen of it in the end: there may be many keys below a long one.
        static string Beginning(string key) => key.Length <= MaxMetadataValue ? key : key[..(MaxMetadataValue + 1)];
    }

    private static string Cut(string text)
    {
        if (text.Length <= MaxMetadataValue)
            return text;
        var end = char.IsHighSurrogate(text[MaxMetadataValue - 1]) ? MaxMetadataValue - 1 : MaxMetadataValue;
        return text[..end];
    }
}
