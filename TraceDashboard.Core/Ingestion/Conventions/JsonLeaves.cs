using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// The plain values of a JSON object with the dotted path to each, without a document: <c>anthropic.usage.input_tokens</c>. Of a text
/// that was cut those before the cut; of one that is no object none. Arrays and what is deeper than four levels are passed over.
/// </summary>
internal ref struct JsonLeaves
{
    private const int MaxDepth = 4;
    private readonly Span<byte> _path;
    private Lengths _lengths;
    private Utf8JsonReader _reader;
    private bool _done;

    /// <param name="path">Room for the path; longer ones are passed over.</param>
    public JsonLeaves(ReadOnlySpan<byte> json, Span<byte> path)
    {
        _path = path;
        json = json.TrimStart(" \t\r\n"u8);
        _reader = new Utf8JsonReader(json);
        _done = !json.StartsWith("{"u8) || !Read();
    }

    public ReadOnlySpan<byte> Path { get; private set; }

    public readonly JsonTokenType Type => _reader.TokenType;

    private readonly ReadOnlySpan<byte> Value => _reader.ValueSpan;

    /// <summary>A whole number that is not negative, given as number or string; null for anything else.</summary>
    public readonly long? Count =>
        Type is JsonTokenType.Number or JsonTokenType.String
        && Utf8Parser.TryParse(Value, out double number, out var used) && used == Value.Length && number is >= 0 and <= 1e12 ? (long)Math.Round(number) : null;

    /// <summary>An amount that is not negative, given as number or string; null for anything else.</summary>
    public readonly decimal? Amount =>
        Type is JsonTokenType.Number or JsonTokenType.String
        && Utf8Parser.TryParse(Value, out decimal number, out var used, Value.ContainsAny((byte)'e', (byte)'E') ? 'E' : 'G') && used == Value.Length
        && number is >= 0 and <= 1_000_000 ? number : null;

    /// <summary>A string, or a number's digits; null for anything else.</summary>
    public readonly string? Text(int maxLength)
    {
        if (Type is not (JsonTokenType.String or JsonTokenType.Number))
            return null;
        if (!_reader.ValueIsEscaped)
            return TextCache.Get(Value, maxLength);
        try
        {
            return StorableText.Shorten(_reader.GetString()!, maxLength);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape.
            return null;
        }
    }

    public bool Next()
    {
        while (!_done)
        {
            if (!Read())
                break;
            if (_reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var depth = _reader.CurrentDepth;
            var start = depth > 1 ? _lengths[depth - 1] + 1 : 0;
            var name = _reader.ValueSpan;
            var fits = start + name.Length < _path.Length;
            if (fits)
            {
                name.CopyTo(_path[start..]);
                if (start > 0)
                    _path[start - 1] = (byte)'.';
                _lengths[depth] = start + name.Length;
            }

            if (!Read())
                break;
            if (_reader.TokenType is JsonTokenType.StartArray || (_reader.TokenType is JsonTokenType.StartObject && (depth >= MaxDepth || !fits)))
            {
                if (!Skip())
                    break;
            }
            else if (fits && _reader.TokenType != JsonTokenType.StartObject)
            {
                Path = _path[..(start + name.Length)];
                return true;
            }
        }

        _done = true;
        return false;
    }

    private bool Read()
    {
        try
        {
            return _reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool Skip()
    {
        try
        {
            return _reader.TrySkip();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [InlineArray(MaxDepth + 1)]
    private struct Lengths
    {
        private int _length;
    }
}
