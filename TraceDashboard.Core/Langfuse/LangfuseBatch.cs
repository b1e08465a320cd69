using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Where the events of a body are: <c>{"batch": [event, …], "metadata"?: any}</c>.</summary>
internal static class LangfuseBatch
{
    /// <summary>Deeper events are refused one by one, deeper envelopes as a whole.</summary>
    public const int MaxDepth = JsonMembers.MaxDepth;

    private const int EnvelopeDepth = 1000;

    /// <summary>No event with a type and a time has fewer bytes.</summary>
    private const int ShortestEvent = 40;

    /// <summary>Where in the body events are; null with an error when the envelope is not what it should be.</summary>
    /// <param name="body">UTF-8.</param>
    /// <param name="tooShort">Elements that cannot be events: only counted, so that a body of nothing else takes no room.</param>
    /// <param name="error">Empty when there is none.</param>
    public static List<Range>? Read(ReadOnlySpan<byte> body, out int tooShort, out string error)
    {
        (tooShort, error) = (0, "");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = EnvelopeDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                error = "The body must be a JSON object with a batch.";
                return null;
            }

            List<Range>? events = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isBatch = reader.ValueTextEquals("batch"u8);
                reader.Read();
                if (!isBatch)
                {
                    reader.Skip();
                    continue;
                }

                if (reader.TokenType != JsonTokenType.StartArray)
                {
                    error = "batch must be an array of events.";
                    return null;
                }

                events = ReadEvents(ref reader, ref tooShort);
            }

            reader.Read(); // what follows the object is an error
            if (events is null)
                error = "batch is missing; send {\"batch\": [event, …]}.";
            return events;
        }
        catch (JsonException e)
        {
            error = body.Length == 0 ? "The body is empty." : $"The body is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.";
            return null;
        }
    }

    private static List<Range> ReadEvents(ref Utf8JsonReader reader, ref int tooShort)
    {
        var events = new List<Range>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (end - start < ShortestEvent)
                tooShort++;
            else
                events.Add(start..end);
        }

        return events;
    }
}
