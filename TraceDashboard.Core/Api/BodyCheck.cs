using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Api;

/// <summary>
/// Goes through a body once and tells what is wrong with it, without holding more than it tells. What the type leaves open
/// (<see cref="JsonRange" />) is passed over.
/// </summary>
internal ref struct BodyCheck
{
    private const int MaxNameLength = 100;

    private readonly ApiErrors _errors;
    private readonly int _maxItems;
    private readonly CancellationToken _cancellationToken;
    private Utf8JsonReader _reader;
    private int _items;

    private BodyCheck(ReadOnlySpan<byte> body, JsonSerializerOptions options, int maxItems, ApiErrors errors, CancellationToken cancellationToken)
    {
        _reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = options.MaxDepth });
        (_maxItems, _errors, _cancellationToken) = (maxItems, errors, cancellationToken);
    }

    /// <summary>Ends early when the errors are full.</summary>
    public static void Run(ReadOnlySpan<byte> body, JsonTypeInfo type, int maxItems, ApiErrors errors, CancellationToken cancellationToken)
    {
        var check = new BodyCheck(body, type.Options, maxItems, errors, cancellationToken);
        try
        {
            _ = check._reader.Read();
            check.Value(type, "");
            if (!errors.IsFull)
                _ = check._reader.Read(); // what follows the object is an error
        }
        catch (JsonException e)
        {
            errors.Add("$", body.Length == 0
                ? "The body is empty. Send a JSON object; {} is one."
                : $"The body is not valid JSON, or nests deeper than {type.Options.MaxDepth} levels: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
        }
    }

    private void Value(JsonTypeInfo type, string path)
    {
        if (type.Kind == JsonTypeInfoKind.Object)
            Object(type, path);
        else if (type.Kind == JsonTypeInfoKind.Enumerable)
            Array(type, path);
        else if (Complaint(Nullable.GetUnderlyingType(type.Type) ?? type.Type) is { } complaint)
            Fail(path, complaint);
        else
            _reader.Skip();
    }

    private void Object(JsonTypeInfo type, string path)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            Fail(path.Length == 0 ? "$" : path, $"must be a JSON object, not {Name()}");
            return;
        }

        var seen = new HashSet<JsonPropertyInfo>();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName && !_errors.IsFull)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            if (Find(type, _reader) is not { } property)
            {
                var name = StorableText.Shorten(_reader.ValueSpan, MaxNameLength);
                Fail(Join(path, name), $"unknown field '{name}'{Suggestion.For(name, type.Properties.Select(p => p.Name))}");
                continue;
            }

            var isNew = seen.Add(property);
            if (!isNew)
                Fail(Join(path, property.Name), "is given twice; send it once");
            else if (_reader.Read() && _reader.TokenType != JsonTokenType.Null)
                Value(type.Options.GetTypeInfo(property.PropertyType), Join(path, property.Name));
        }
    }

    private void Array(JsonTypeInfo type, string path)
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            Fail(path, $"must be a JSON array, not {Name()}");
            return;
        }

        var elementType = type.Options.GetTypeInfo(type.ElementType!);
        for (var index = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray && !_errors.IsFull; index++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            if (++_items > _maxItems)
            {
                _errors.Add(path, $"with it the lists of the request have more than {_maxItems} elements; send them in several requests (Ingestion:MaxSpanItems)");
                _errors.Close();
                return;
            }

            if (_reader.TokenType != JsonTokenType.Null || elementType.Kind == JsonTypeInfoKind.Object)
                Value(elementType, $"{path}[{index}]");
        }
    }

    private void Fail(string path, string message)
    {
        _errors.Add(path, message);
        _reader.Skip();
    }

    private static JsonPropertyInfo? Find(JsonTypeInfo type, in Utf8JsonReader reader)
    {
        foreach (var property in type.Properties)
        {
            if (reader.ValueTextEquals(property.Name))
                return property;
        }

        return null;
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private readonly string? Complaint(Type type)
    {
        if (type == typeof(string))
            return _reader.TokenType == JsonTokenType.String ? null : $"must be a text, not {Name()}";
        if (type == typeof(bool))
            return _reader.TokenType is JsonTokenType.True or JsonTokenType.False ? null : $"must be true or false, not {Name()}";
        if (type == typeof(long))
            return _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out _) ? null : $"must be a whole number, not {Name()}";
        if (type == typeof(decimal))
            return _reader.TokenType == JsonTokenType.Number && _reader.TryGetDecimal(out _) ? null : $"must be a number, not {Name()}";
        return null;
    }

    private readonly string Name() => _reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text in quotes",
        JsonTokenType.Null => "null",
        _ => StorableText.Shorten(_reader.ValueSpan, 40),
    };
}
