using System.Text.Json;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Where the events of a body are: <c>{"batch": [event, …], "metadata"?: any}</c>.</summary>
internal static class LangfuseBatch
{
    /// <summary>Deeper events are refused one by one, deeper envelopes as a whole.</summary>
    public const int MaxDepth = 128;

    private const int EnvelopeDepth = 1000;

    /// <summary>The pieces of the body that are events; null with an error when the envelope is not what it should be.</summary>
    public static List<ReadOnlyMemory<byte>>? Read(ReadOnlyMemory<byte> body, out string error)
    {
        error = "";
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = EnvelopeDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                error = "The body must be a JSON object with a batch.";
                return null;
            }

            List<ReadOnlyMemory<byte>>? events = null;
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

                events = ReadEvents(ref reader, body);
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

    private static List<ReadOnlyMemory<byte>> ReadEvents(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            events.Add(body[start..(int)reader.BytesConsumed]);
        }

        return events;
    }
}
