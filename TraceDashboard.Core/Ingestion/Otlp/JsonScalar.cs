using System.Text.Json;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>The alternatives of AnyValue that are neither texts nor collections.</summary>
internal static class JsonScalar
{
    /// <summary>Reads the value of that property; bytes go to <paramref name="bytes"/>. False when it is unknown, null or refused.</summary>
    public static bool TryRead(ref ValidJsonReader reader, scoped ReadOnlySpan<byte> name, RawRecord record, JsonBuffer bytes, ref RawAttribute attribute)
    {
        var type = name switch
        {
            _ when name.SequenceEqual("boolValue"u8) => RawType.Bool,
            _ when name.SequenceEqual("intValue"u8) => RawType.Int,
            _ when name.SequenceEqual("doubleValue"u8) => RawType.Double,
            _ when name.SequenceEqual("bytesValue"u8) => RawType.Bytes,
            _ => RawType.Empty,
        };
        _ = reader.Read();
        switch (type)
        {
            case RawType.Bool when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                attribute.Bits = reader.TokenType == JsonTokenType.True ? 1 : 0;
                break;
            case RawType.Int when JsonValues.TryReadLong(reader, out var number):
                attribute.Bits = number;
                break;
            case RawType.Double when JsonValues.TryReadDouble(reader, out var number):
                attribute.Bits = BitConverter.DoubleToInt64Bits(number);
                break;
            case RawType.Bytes when JsonValues.TryReadBytes(reader, record, bytes):
                break;
            case RawType.Empty:
                reader.Skip();
                return false;
            default:
                JsonValues.Refuse(ref reader, record, type switch
                {
                    RawType.Bool => "boolValue",
                    RawType.Int => "intValue",
                    RawType.Double => "doubleValue",
                    _ => "bytesValue",
                }, type switch
                {
                    RawType.Bool => "true or false",
                    RawType.Int => "a whole number of 64 bits",
                    RawType.Double => "a number",
                    _ => "base64",
                });
                return false;
        }

        attribute.Type = type;
        return true;
    }
}
