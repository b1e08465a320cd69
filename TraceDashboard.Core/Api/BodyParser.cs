using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Api;

/// <summary>Reads bodies. A good one is read once, without reflection; a bad one is read again to tell what is wrong with it.</summary>
internal static class BodyParser
{
    /// <summary>A longer one is looked at before it is read: what it consists of could take many times its bytes.</summary>
    private const int LargeBody = 32 << 10;

    /// <summary>Null when the body is not what it should be; <paramref name="errors"/> then says why.</summary>
    /// <param name="body">Is cleaned where it is.</param>
    /// <param name="type">Of the request.</param>
    /// <param name="errors">What is wrong.</param>
    /// <param name="maxItems">Most elements that its lists may have together.</param>
    /// <param name="cancellationToken">The sender has gone.</param>
    public static T? Parse<T>(Memory<byte> body, JsonTypeInfo<T> type, ApiErrors errors, int maxItems = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class
    {
        if (!Utf8.IsValid(body.Span))
        {
            errors.Add("$", "The body is not UTF-8. Send JSON as UTF-8.");
            return null;
        }

        body = body[..JsonEscapes.Clean(body.Span)];
        cancellationToken.ThrowIfCancellationRequested();
        if (body.Length > Math.Min(LargeBody, maxItems))
        {
            BodyCheck.Run(body.Span, type, maxItems, errors, cancellationToken);
            if (errors.Any)
                return null;
        }

        try
        {
            if (JsonSerializer.Deserialize(body.Span, type) is { } request)
                return request;
            errors.Add("$", "The body is null. Send a JSON object; {} is one.");
        }
        catch (JsonException e)
        {
            BodyCheck.Run(body.Span, type, maxItems, errors, cancellationToken);
            if (!errors.Any)
                errors.Add(e.Path is { Length: > 2 } path ? path[2..] : "$", "The value cannot be read.");
        }

        return null;
    }
}
