using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Api;

/// <summary>The bodies of calls that manage something: small, and JSON.</summary>
internal static class JsonBody
{
    /// <summary>Enough for all but lists of rules or ids.</summary>
    public const int MaxBytes = 64 << 10;

    /// <returns>The request, or else the problem to answer with.</returns>
    /// <exception cref="RequestRefusedException">It is too long, too slow or no JSON.</exception>
    public static async Task<(T? Request, IResult? Problem)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, int maxBytes = MaxBytes)
        where T : class
    {
        using var body = await RequestBody.ReadAsync(context, maxBytes);
        var errors = new ApiErrors();
        return BodyParser.Parse(body.Memory, type, errors) is { } parsed ? (parsed, null) : (null, errors.ToResult());
    }

    /// <summary>Reads an object that names what is meant. Text that cannot be stored is refused: without it another thing would be meant.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="maxBytes">Most that are taken.</param>
    /// <param name="read">What is made of the object, which is gone afterwards.</param>
    /// <exception cref="RequestRefusedException">It is too long, too slow or no such object.</exception>
    public static async Task<T> ReadObjectAsync<T>(HttpContext context, int maxBytes, Func<JsonElement, T> read)
    {
        using var body = await RequestBody.ReadAsync(context, maxBytes);
        if (!Utf8.IsValid(body.Memory.Span) || !JsonEscapes.IsClean(body.Memory.Span))
            throw Refuse("The body must be UTF-8, without NUL and lone surrogates in its texts.");
        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw Refuse("The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw Refuse("The body must be a JSON object.", e);
        }
    }

    private static RequestRefusedException Refuse(string message, Exception? inner = null) => new(StatusCodes.Status400BadRequest, message, inner);
}
