using System.Buffers.Text;
using System.Globalization;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>The best source that was found for each field, and its value in the type that the field needs.</summary>
internal sealed class Candidates
{
    private static readonly int s_fieldCount = Enum.GetValues<Field>().Length;

    /// <summary>More is no count of tokens but a mistake, and would spoil every sum.</summary>
    private const long MostTokens = 1_000_000_000_000;

    private readonly Best[] _best = new Best[s_fieldCount];

    public void Clear() => Array.Clear(_best);

    public void CopyTo(Candidates other) => _best.CopyTo(other._best, 0);

    /// <summary>Looks at attributes once. Those of an event may count <paramref name="later"/> than the span's own.</summary>
    public void Collect(RawRecord record, AttributeRange range, SourceTable table, int later = 0)
    {
        var attributes = record.Attributes(range);
        for (var i = 0; i < attributes.Length; i++)
        {
            ref readonly var attribute = ref attributes[i];
            if (attribute.Hidden || IsEmpty(attribute))
                continue;
            var slot = (int)attribute.KeyHash;
            var source = table.Next(attribute.KeyHash, ref slot);
            if (source is null)
            {
                source = table.Beginning(record[attribute.Key]);
                if (source is not null)
                    Offer(record, range.Start + i, source, later);
                continue;
            }

            for (; source is not null; source = table.Next(attribute.KeyHash, ref slot))
                Offer(record, range.Start + i, source, later);
        }
    }

    private void Offer(RawRecord record, int index, Source source, int later)
    {
        ref var best = ref _best[(int)source.Field];
        var rank = source.Rank + later;
        if (best.Record is not null && rank >= best.Rank)
            return;
        if (source.Form == SourceForm.NothingIfEmptyObject && record.IsText(index, "{}"u8))
            return;
        if (source.Form == SourceForm.NothingIfRedacted && record.IsText(index, "<REDACTED>"u8))
            return;
        best = new Best(record, source, index, (byte)rank);
    }

    /// <summary>255 when nothing was found.</summary>
    public byte Rank(Field field) => Has(field) ? _best[(int)field].Rank : byte.MaxValue;

    public bool Has(Field field) => _best[(int)field].Record is not null;

    public bool TryGet(Field field, out RawRecord record, out int index)
    {
        ref readonly var best = ref _best[(int)field];
        index = best.Index;
        record = best.Record!;
        return record is not null;
    }

    /// <summary>Takes the field's attribute off the span's.</summary>
    public void Hide(Field field)
    {
        if (TryGet(field, out var record, out var index))
            record.Attribute(index).Hidden = true;
    }

    /// <summary>Which of the field's sources it is; null when nothing was found.</summary>
    public Source? SourceOf(Field field) => _best[(int)field].Source;

    /// <summary>The attribute's key, for the record of where a value came from.</summary>
    public ReadOnlySpan<byte> Key(Field field) =>
        TryGet(field, out var record, out var index) ? record[record.Attribute(index).Key] : default;

    /// <summary>A string attribute's text; empty for other types. MLflow and some others write strings as JSON, with quotes: those are left out.</summary>
    public ReadOnlySpan<byte> Utf8(Field field)
    {
        if (!TryGet(field, out var record, out var index) || record.Attribute(index).Type != RawType.String)
            return default;
        var text = record[record.Attribute(index).Text];
        return text.Length > 2 && text[0] == '"' && text[^1] == '"' && !text[1..^1].ContainsAny((byte)'"', (byte)'\\') ? text[1..^1] : text;
    }

    /// <summary>The text of a string, array or object; empty for other types.</summary>
    public ReadOnlySpan<byte> Json(Field field) =>
        TryGet(field, out var record, out var index) && record.Attribute(index).Type is RawType.String or RawType.Json
            ? record[record.Attribute(index).Text]
            : default;

    public string? Text(Field field, int maxLength)
    {
        if (!TryGet(field, out var record, out var index))
            return null;
        ref readonly var attribute = ref record.Attribute(index);
        return attribute.Type switch
        {
            RawType.String => TextCache.Get(Utf8(field), maxLength),
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

    private readonly record struct Best(RawRecord? Record, Source? Source, int Index, byte Rank);
}
