using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Finish reasons come as an array, as a string that holds one, or as a bare word.</summary>
internal static class FinishReason
{
    private const int MaxLength = 200;

    public static string? From(Candidates found)
    {
        if (!found.TryGet(Field.FinishReasons, out var record, out var index))
            return null;
        ref readonly var attribute = ref record.Attribute(index);
        if (attribute.Type is not (RawType.String or RawType.Json))
            return null;
        var text = record[attribute.Text];
        return text.StartsWith("["u8) ? Join(text) : TextCache.Get(text, MaxLength);
    }

    /// <summary>All <c>finish_reason</c> (Gemini and Genkit: <c>finishReason</c>) members of messages, joined with a comma; null when there are none.</summary>
    public static string? InJson(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\"finish"u8) < 0)
            return null;
        string? reasons = null;
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth > 3
                    || !(reader.ValueSpan.SequenceEqual("finish_reason"u8) || reader.ValueSpan.SequenceEqual("finishReason"u8)))
                    continue;
                _ = reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    reasons = Append(reasons, reader);
            }
        }
        catch (JsonException)
        {
            // The text was cut or is no JSON: what was found up to there stands.
        }

        return reasons;
    }

    private static string? Join(ReadOnlySpan<byte> array)
    {
        string? reasons = null;
        var reader = new Utf8JsonReader(array);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String)
                    reasons = Append(reasons, reader);
            }

            return reasons;
        }
        catch (JsonException)
        {
            return StorableText.Shorten(array, MaxLength);
        }
    }

    private static string Append(string? reasons, in Utf8JsonReader reader)
    {
        var reason = TextCache.Get(reader.ValueSpan, MaxLength);
        return reasons is null ? reason : StorableText.Shorten($"{reasons},{reason}", MaxLength);
    }
}
