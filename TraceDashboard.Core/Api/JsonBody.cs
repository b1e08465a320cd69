using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace TraceDashboard.Core.Api;

/// <summary>The bodies of calls that manage something: small, and JSON. Those that bring data in have the ingestion budget.</summary>
internal static class JsonBody
{
    private const int MaxBytes = 256 * 1024;

    /// <returns>The request, or else the problem to answer with.</returns>
    public static async Task<(T? Request, IResult? Problem)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType())
            return (null, TypedResults.Problem("The body must be JSON. Send it with 'Content-Type: application/json'.", statusCode: StatusCodes.Status415UnsupportedMediaType));
        var read = await request.BodyReader.ReadAtLeastAsync(MaxBytes + 1, cancellationToken);
        var body = read.Buffer.ToArray();
        request.BodyReader.AdvanceTo(read.Buffer.End);
        if (body.Length > MaxBytes)
            return (null, TypedResults.Problem($"The body may have {MaxBytes} bytes.", statusCode: StatusCodes.Status413PayloadTooLarge));

        var errors = new ApiErrors();
        return BodyParser.Parse(body, type, errors) is { } parsed ? (parsed, null) : (null, errors.ToResult());
    }
}
