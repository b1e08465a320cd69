using System.IO.Hashing;
using System.Security.Cryptography;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Conventions;

internal enum RawType : byte
{
    Empty,
    String,
    Bool,
    Int,
    Double,
    Bytes,

    /// <summary>An array or object, as JSON.</summary>
    Json,
}

/// <summary>A piece of the request's body, or of the record's own buffer where the text had to be changed.</summary>
internal readonly record struct Slice(int Start, int Length, bool Own);

/// <summary>Attributes that belong together: those of the span, of one event, of one link.</summary>
internal readonly record struct AttributeRange(int Start, int Count);

internal struct RawAttribute
{
    public Slice Key;
    public ulong KeyHash;
    public RawType Type;

    /// <summary>Overridden by a later one of the same key, or stored elsewhere.</summary>
    public bool Hidden;

    /// <summary>The bool (0 or 1), the integer, or the bits of the double.</summary>
    public long Bits;

    /// <summary>The string, the bytes or the JSON.</summary>
    public Slice Text;
}

/// <summary>
/// Attributes and texts of one message, without a .NET object for each: what dialects read and what a protocol's reader fills.
/// Reused from message to message.
/// </summary>
internal abstract class RawRecord(byte[] body, int maxItems)
{
    private static readonly long s_seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
    private RawAttribute[] _attributes = new RawAttribute[32];
    private int _count;

    protected byte[] Body { get; } = body;

    public int MaxItems { get; } = maxItems;

    /// <summary>What is wrong with it; null when it could be read.</summary>
    public string? Error { get; private set; }

    /// <summary>Attributes, events and links that were left out because there were too many.</summary>
    public int LeftOut { get; set; }

    /// <summary>Texts that differ from those in the body, and arrays and objects as JSON.</summary>
    public JsonBuffer Own { get; } = new();

    /// <summary>For a text between two steps.</summary>
    public JsonBuffer Temp { get; } = new();

    public ReadOnlySpan<byte> this[Slice slice] =>
        slice.Own ? Own.Slice(slice.Start, slice.Length) : Body.AsSpan(slice.Start, slice.Length);

    public int AttributeCount => _count;

    public ref RawAttribute Attribute(int index) => ref _attributes[index];

    public Span<RawAttribute> Attributes(AttributeRange range) => _attributes.AsSpan(range.Start, range.Count);

    /// <summary>Whether an attribute is that text, an array or object in it included.</summary>
    public bool IsText(int index, ReadOnlySpan<byte> text) =>
        _attributes[index].Type is RawType.String or RawType.Json && this[_attributes[index].Text].SequenceEqual(text);

    /// <summary>Null when it is none.</summary>
    public static double? NumberOf(in RawAttribute attribute) => attribute.Type switch
    {
        RawType.Double => BitConverter.Int64BitsToDouble(attribute.Bits),
        RawType.Int => attribute.Bits,
        _ => null,
    };

    public static ulong HashOf(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key, s_seed);

    public virtual void Clear()
    {
        _count = 0;
        LeftOut = 0;
        Error = null;
        Own.Clear();
        Temp.Clear();
    }

    /// <summary>Refuses the record; the first reason stays.</summary>
    public void Fail(string reason) => Error ??= reason;

    /// <summary>A text of the body, cleaned when it must be.</summary>
    public Slice Keep(int start, int length)
    {
        var text = Body.AsSpan(start, length);
        return StorableText.IsClean(text) ? new Slice(start, length, false) : KeepOwn(text);
    }

    /// <summary>A text from elsewhere; cleaned and copied.</summary>
    public Slice KeepOwn(ReadOnlySpan<byte> text)
    {
        var start = Own.Length;
        StorableText.WriteClean(text, Own);
        return new Slice(start, Own.Length - start, true);
    }

    /// <summary>Adds an attribute; one without a key, or more than the limit allows, is left out.</summary>
    public void Add(RawAttribute attribute)
    {
        if (attribute.Key.Length == 0 || _count >= MaxItems)
        {
            LeftOut++;
            return;
        }

        // Whoever reads it later may take it for JSON.
        if (attribute.Type == RawType.String && JsonEscapes.CleanText(this[attribute.Text]) is var text && text != this[attribute.Text])
            attribute.Text = KeepOwn(text);
        if (_count == _attributes.Length)
            Array.Resize(ref _attributes, _count * 2);
        attribute.KeyHash = HashOf(this[attribute.Key]);
        _attributes[_count++] = attribute;
    }

    /// <summary>Closes what was added since <paramref name="start"/>: of equal keys the last one counts.</summary>
    public AttributeRange EndRange(int start)
    {
        var range = new AttributeRange(start, _count - start);
        var attributes = Attributes(range);
        if (range.Count <= 32)
        {
            for (var i = 0; i < attributes.Length; i++)
            {
                for (var later = i + 1; later < attributes.Length && !attributes[i].Hidden; later++)
                    attributes[i].Hidden = attributes[later].KeyHash == attributes[i].KeyHash;
            }
        }
        else
        {
            var seen = new HashSet<ulong>(range.Count);
            for (var i = attributes.Length - 1; i >= 0; i--)
                attributes[i].Hidden = !seen.Add(attributes[i].KeyHash);
        }

        return range;
    }

    /// <summary>Writes attributes as the members of an object (no braces), after <paramref name="any"/> earlier members, up to <paramref name="maxBytes"/>.</summary>
    public bool WriteMembers(AttributeRange range, JsonBuffer target, int maxBytes, bool any = false)
    {
        var start = target.Length;
        foreach (ref readonly var attribute in Attributes(range))
        {
            if (attribute.Hidden)
                continue;
            if (target.Length - start >= maxBytes)
            {
                LeftOut++;
                continue;
            }

            if (any)
                target.Write((byte)',');
            any = true;
            target.WriteString(this[attribute.Key], maxBytes);
            target.Write((byte)':');
            WriteValue(attribute, target, maxBytes);
        }

        return any;
    }

    public void WriteValue(in RawAttribute attribute, JsonBuffer target, int maxBytes)
    {
        switch (attribute.Type)
        {
            case RawType.String:
                target.WriteString(this[attribute.Text], maxBytes);
                break;
            case RawType.Bool:
                target.WriteBool(attribute.Bits != 0);
                break;
            case RawType.Int:
                target.WriteLong(attribute.Bits);
                break;
            case RawType.Double:
                target.WriteDouble(BitConverter.Int64BitsToDouble(attribute.Bits));
                break;
            case RawType.Bytes when attribute.Text.Length > maxBytes:
                target.WriteString(StorableText.CutMark(maxBytes));
                break;
            case RawType.Bytes:
                target.WriteBytes(this[attribute.Text]);
                break;
            case RawType.Json:
                target.Write(this[attribute.Text]);
                break;
            default:
                target.Write("null"u8);
                break;
        }
    }
}
