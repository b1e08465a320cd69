using System.Buffers.Text;
using System.Globalization;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>The best source that was found for each field, and its value in the type that the field needs.</summary>
internal sealed class Candidates
{
    private const int FieldCount = (int)Field.ServiceName + 1;

    /// <summary>More is no count of tokens but a mistake, and would spoil every sum.</summary>
    private const long MostTokens = 1_000_000_000_000;

    private readonly (RawRecord? Record, int Index, byte Rank)[] _best = new (RawRecord?, int, byte)[FieldCount];

    public void Clear() => Array.Clear(_best);

    public void CopyTo(Candidates other) => _best.CopyTo(other._best, 0);

    /// <summary>Looks at attributes once. Those of an event may count <paramref name="later"/> than the span's own.</summary>
    public void Collect(RawRecord record, AttributeRange range, SourceTable table, int later = 0)
    {
        var attributes = record.Attributes(range);
        for (var i = 0; i < attributes.Length; i++)
        {
            ref readonly var attribute = ref attributes[i];
            if (attribute.Hidden || IsEmpty(attribute) || !table.TryFind(attribute.KeyHash, out var source))
                continue;
            ref var best = ref _best[(int)source.Field];
            var rank = source.Rank + later;
            if (best.Record is null || rank < best.Rank)
                best = (record, range.Start + i, (byte)rank);
        }
    }

    /// <summary>255 when nothing was found.</summary>
    public byte Rank(Field field) => Has(field) ? _best[(int)field].Rank : byte.MaxValue;

    public bool Has(Field field) => _best[(int)field].Record is not null;

    public bool TryGet(Field field, out RawRecord record, out int index)
    {
        (var found, index, _) = _best[(int)field];
        record = found!;
        return found is not null;
    }

    /// <summary>The attribute's key, for the record of where a value came from.</summary>
    public ReadOnlySpan<byte> Key(Field field) =>
        TryGet(field, out var record, out var index) ? record[record.Attribute(index).Key] : default;

    /// <summary>A string attribute's text; empty for other types.</summary>
    public ReadOnlySpan<byte> Utf8(Field field) =>
        TryGet(field, out var record, out var index) && record.Attribute(index).Type == RawType.String ? record[record.Attribute(index).Text] : default;

    public string? Text(Field field, int maxLength)
    {
        if (!TryGet(field, out var record, out var index))
            return null;
        ref readonly var attribute = ref record.Attribute(index);
        return attribute.Type switch
        {
            RawType.String => TextCache.Get(record[attribute.Text], maxLength),
            RawType.Int => attribute.Bits.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
    }

    public long? Tokens(Field field)
    {
        if (!TryGet(field, out var record, out var index))
            return null;
        ref readonly var attribute = ref record.Attribute(index);
        long? value = attribute.Type switch
        {
            RawType.Int => attribute.Bits,
            RawType.Double when BitConverter.Int64BitsToDouble(attribute.Bits) is >= 0 and <= MostTokens and var number => (long)Math.Round(number),
            RawType.String when Utf8Parser.TryParse(record[attribute.Text], out long number, out var used) && used == attribute.Text.Length => number,
            _ => null,
        };
        return value is >= 0 and <= MostTokens ? value : null;
    }

    /// <summary>A finite number that is not negative.</summary>
    public double? Number(Field field)
    {
        if (!TryGet(field, out var record, out var index))
            return null;
        ref readonly var attribute = ref record.Attribute(index);
        double? value = attribute.Type switch
        {
            RawType.Int => attribute.Bits,
            RawType.Double => BitConverter.Int64BitsToDouble(attribute.Bits),
            RawType.String when double.TryParse(record[attribute.Text], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
        return value is { } finite && double.IsFinite(finite) && finite >= 0 ? finite : null;
    }

    /// <summary>USD. A decimal string keeps all of its digits.</summary>
    public decimal? Money(Field field)
    {
        if (decimal.TryParse(Utf8(field), NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
            return exact is >= 0 and <= 1_000_000 ? exact : null;
        return Number(field) is { } number and <= 1_000_000 ? (decimal)number : null;
    }

    public bool? Flag(Field field)
    {
        if (!TryGet(field, out var record, out var index))
            return null;
        ref readonly var attribute = ref record.Attribute(index);
        return attribute.Type switch
        {
            RawType.Bool => attribute.Bits != 0,
            RawType.String when System.Text.Ascii.EqualsIgnoreCase(record[attribute.Text], "true"u8) => true,
            RawType.String when System.Text.Ascii.EqualsIgnoreCase(record[attribute.Text], "false"u8) => false,
            _ => null,
        };
    }

    private static bool IsEmpty(in RawAttribute attribute) =>
        attribute.Type == RawType.Empty || (attribute.Type == RawType.String && attribute.Text.Length == 0);
}
