using System.Buffers.Binary;
using System.Buffers.Text;

namespace TraceDashboard.Core.Search;

/// <summary>The cursor is not one that this list handed out.</summary>
public sealed class InvalidCursorException() : ArgumentException("The cursor is not valid for this list. Leave it out to start from the first page.");

/// <summary>The place after a row of a list: the value it is ordered by, and the number of the trace.</summary>
internal readonly record struct TraceCursor(TraceOrder Order, long Key, long TraceNo)
{
    private const int Length = 1 + (2 * sizeof(long));

    public static TraceCursor Decode(string text, TraceOrder order)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (!Base64Url.IsValid(text, out var length) || length != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _) || bytes[0] != (byte)order)
            throw new InvalidCursorException();
        return new TraceCursor(order, BinaryPrimitives.ReadInt64BigEndian(bytes[1..]), BinaryPrimitives.ReadInt64BigEndian(bytes[(1 + sizeof(long))..]));
    }

    public string Encode()
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = (byte)Order;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], Key);
        BinaryPrimitives.WriteInt64BigEndian(bytes[(1 + sizeof(long))..], TraceNo);
        return Base64Url.EncodeToString(bytes);
    }
}
