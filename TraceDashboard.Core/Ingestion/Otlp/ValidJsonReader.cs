using System.Buffers;
using System.Text.Json;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>
/// The tokens of text that a <see cref="Utf8JsonReader"/> has found to be JSON, with its names. What that one pays for checking
/// (strings with escapes byte by byte) is not paid again.
/// </summary>
internal ref struct ValidJsonReader(ReadOnlySpan<byte> json)
{
    private static readonly SearchValues<byte> s_endOfScalar = SearchValues.Create(" \t\r\n,:]}"u8);

    private readonly ReadOnlySpan<byte> _json = json;
    private int _next;

    public JsonTokenType TokenType { get; private set; }

    public int TokenStartIndex { get; private set; }

    /// <summary>Of a string without its quotes, escapes and all.</summary>
    public ReadOnlySpan<byte> ValueSpan { get; private set; }

    public bool ValueIsEscaped { get; private set; }

    /// <summary>False at the end.</summary>
    public bool Read()
    {
        SkipSeparators();
        if (_next == _json.Length)
        {
            TokenType = JsonTokenType.None;
            return false;
        }

        TokenStartIndex = _next;
        switch (_json[_next])
        {
            case (byte)'"':
                ReadString();
                return true;
            case (byte)'{':
                return ReadBracket(JsonTokenType.StartObject);
            case (byte)'}':
                return ReadBracket(JsonTokenType.EndObject);
            case (byte)'[':
                return ReadBracket(JsonTokenType.StartArray);
            case (byte)']':
                return ReadBracket(JsonTokenType.EndArray);
            case (byte)'t':
                return ReadScalar(JsonTokenType.True);
            case (byte)'f':
                return ReadScalar(JsonTokenType.False);
            case (byte)'n':
                return ReadScalar(JsonTokenType.Null);
            default:
                return ReadScalar(JsonTokenType.Number);
        }
    }

    /// <summary>From a property name past its value, from an opening bracket to its closing one.</summary>
    public void Skip()
    {
        if (TokenType == JsonTokenType.PropertyName)
            _ = Read();
        var depth = 0;
        do
        {
            if (TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                depth++;
            else if (TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                depth--;
        }
        while (depth > 0 && Read());
    }

    private void SkipSeparators()
    {
        while (_next < _json.Length && _json[_next] is (byte)' ' or (byte)',' or (byte)':' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            _next++;
    }

    private bool ReadBracket(JsonTokenType type)
    {
        TokenType = type;
        ValueSpan = _json.Slice(_next++, 1);
        return true;
    }

    private bool ReadScalar(JsonTokenType type)
    {
        var rest = _json[_next..];
        var end = rest.IndexOfAny(s_endOfScalar);
        TokenType = type;
        ValueSpan = end < 0 ? rest : rest[..end];
        ValueIsEscaped = false;
        _next += ValueSpan.Length;
        return true;
    }

    private void ReadString()
    {
        var first = _next + 1;
        var end = first;
        ValueIsEscaped = false;
        while (true)
        {
            end += _json[end..].IndexOfAny((byte)'"', (byte)'\\');
            if (_json[end] == '"')
                break;
            ValueIsEscaped = true;
            end += 2;
        }

        ValueSpan = _json[first..end];
        _next = end + 1;

        // Nothing but the name of a property is followed by a colon.
        while (_next < _json.Length && _json[_next] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            _next++;
        TokenType = _next < _json.Length && _json[_next] == ':' ? JsonTokenType.PropertyName : JsonTokenType.String;
    }
}
