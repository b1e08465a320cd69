using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace TraceDashboard.Core.Text;

/// <summary>
/// Growing UTF-8 JSON text that is reused from span to span. It does not check structure; commas are the caller's.
/// Text that is written must be clean (<see cref="StorableText.IsClean"/>); nothing but what JSON demands is escaped, so that stored
/// text can be searched.
/// </summary>
internal sealed class JsonBuffer : IBufferWriter<byte>
{
    private const int KeptCapacity = 1 << 20;
    private static readonly SearchValues<byte> s_escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private byte[] _bytes = new byte[1024];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlySpan<byte> Slice(int start, int length) => _bytes.AsSpan(start, length);

    public byte[] ToArray() => Written.ToArray();

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptCapacity)
            _bytes = new byte[1024];
    }

    /// <summary>Takes back what was written after that length.</summary>
    public void Truncate(int length) => Length = Math.Min(Length, length);

    public void Write(byte value)
    {
        GetSpan(1)[0] = value;
        Length++;
    }

    public void Write(ReadOnlySpan<byte> text)
    {
        text.CopyTo(GetSpan(text.Length));
        Length += text.Length;
    }

    /// <summary>Writes <c>"key":</c> for a key that needs no escapes.</summary>
    public void WriteKey(ReadOnlySpan<byte> key)
    {
        Write((byte)'"');
        Write(key);
        Write("\":"u8);
    }

    public void WriteString(string text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        WriteString(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>Writes a quoted string; more than <paramref name="maxBytes"/> bytes of JSON are cut and marked.</summary>
    public void WriteString(ReadOnlySpan<byte> text, int maxBytes = int.MaxValue)
    {
        Write((byte)'"');
        var whole = text.Length;
        long left = maxBytes;
        while (text.Length > 0)
        {
            var run = text.IndexOfAny(s_escaped);
            run = run < 0 ? text.Length : run;
            var next = run < text.Length ? text[run] : (byte)0;
            if (run + (run < text.Length ? 6 : 0) > left)
            {
                Write(text[..StorableText.CutPoint(text[..run], (int)Math.Min(left, run))]);
                Write(Encoding.UTF8.GetBytes(new ContentCut(maxBytes, whole).Mark));
                break;
            }

            Write(text[..run]);
            left -= run;
            if (run == text.Length)
                break;
            left -= WriteEscape(next);
            text = text[(run + 1)..];
        }

        Write((byte)'"');
    }

    public void WriteLong(long value)
    {
        _ = Utf8Formatter.TryFormat(value, GetSpan(20), out var written);
        Length += written;
    }

    public void WriteUnsigned(ulong value)
    {
        _ = Utf8Formatter.TryFormat(value, GetSpan(20), out var written);
        Length += written;
    }

    public void WriteBool(bool value) => Write(value ? "true"u8 : "false"u8);

    /// <summary>Always with a point or an exponent, so that it can be told from an integer; what JSON has no number for is a string.</summary>
    public void WriteDouble(double value)
    {
        if (double.IsNaN(value))
        {
            Write("\"NaN\""u8);
            return;
        }

        if (double.IsInfinity(value))
        {
            Write(value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
            return;
        }

        _ = value.TryFormat(GetSpan(32), out var written, default, CultureInfo.InvariantCulture);
        var isWhole = !GetSpan(32)[..written].ContainsAny((byte)'.', (byte)'E');
        Length += written;
        if (isWhole)
            Write(".0"u8);
    }

    /// <summary>Writes <c>{"bytesValue":"…"}</c> with base64.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        Write("{\"bytesValue\":\""u8);
        _ = Base64.EncodeToUtf8(value, GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out var written);
        Length += written;
        Write("\"}"u8);
    }

    /// <summary>Brings what was written last, from <paramref name="middle"/> on, to <paramref name="start"/>, before what is there.</summary>
    public void MoveTo(int start, int middle)
    {
        var moved = Written[middle..].ToArray();
        _bytes.AsSpan(start, middle - start).CopyTo(_bytes.AsSpan(start + moved.Length));
        moved.CopyTo(_bytes.AsSpan(start));
    }

    /// <summary>Copies a piece that was written before to another place that was.</summary>
    public void CopyWithin(int from, int to, int length) => _bytes.AsSpan(from, length).CopyTo(_bytes.AsSpan(to));

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsSpan(Length);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)Length + count, _bytes.Length * 2L)));
    }

    private int WriteEscape(byte value)
    {
        var escape = value switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' => "\\t"u8,
            _ => default,
        };
        if (escape.IsEmpty)
        {
            Write("\\u00"u8);
            Write(HexDigit(value >> 4));
            Write(HexDigit(value & 0xF));
            return 6;
        }

        Write(escape);
        return 2;
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
