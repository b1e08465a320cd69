using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TraceDashboard.Core.Access;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>One export of traces over HTTP, from the body to the answer. It answers after the commit.</summary>
internal sealed class OtlpTraceExport(IngestionPipeline pipeline, IngestionOptions options)
{
    /// <summary>A large body is written in pieces of about this size, decoded.</summary>
    private const long BatchBytes = 8 << 20;

    public async Task<IResult> RunAsync(HttpContext context, OtlpEncoding encoding, CancellationToken cancellationToken)
    {
        if (!TryGetCompression(context.Request, out var isCompressed))
            return OtlpResult.Failure(encoding, StatusCodes.Status415UnsupportedMediaType,
                $"Content-Encoding is '{context.Request.Headers.ContentEncoding}'; send gzip or nothing.");
        // The limit is enforced here, with an answer in the protocol's form.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        try
        {
            using var reservation = pipeline.Reserve(0);
            using var body = new OtlpBody(reservation, options.MaxBodyBytes);
            await body.ReadAsync(context.Request, cancellationToken);
            if (isCompressed)
                body.Inflate();
            var request = encoding.Open(body.Bytes, body.Length, options);
            return await WriteAsync(request, encoding, context.GetProjectId(), reservation, cancellationToken);
        }
        catch (MalformedRequestException e)
        {
            return OtlpResult.Failure(encoding, StatusCodes.Status400BadRequest, e.Message);
        }
        catch (InvalidDataException e)
        {
            return OtlpResult.Failure(encoding, StatusCodes.Status400BadRequest, "The body cannot be decompressed: " + e.Message);
        }
        catch (BodyTooLargeException e)
        {
            return OtlpResult.Failure(encoding, StatusCodes.Status413PayloadTooLarge, e.Message);
        }
        catch (IngestionUnavailableException e)
        {
            return OtlpResult.Failure(encoding, StatusCodes.Status503ServiceUnavailable, e.Message, e.RetryAfter);
        }
        catch (BadHttpRequestException e)
        {
            return OtlpResult.Failure(encoding, e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && cancellationToken.IsCancellationRequested)
        {
            // The sender has gone, nobody reads an answer; what was not acknowledged it sends again.
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
    }

    private async Task<IResult> WriteAsync(
        OtlpRequest request, OtlpEncoding encoding, int projectId, IngestReservation reservation, CancellationToken cancellationToken)
    {
        if (request.SpanCount == 0 && request.OtherSignal is { } signal)
            return OtlpResult.Failure(encoding, StatusCodes.Status400BadRequest, $"This is an export of {signal}; /v1/traces takes traces only.");

        var decoder = new OtlpDecoder(request, projectId);
        var rejections = decoder.Rejections;
        long reserved = request.Length;
        while (decoder.Next(BatchBytes) is { } batch)
        {
            // A body is counted twice, once for what it decodes to; small spans decode to more.
            if (decoder.BatchBytes > reserved)
            {
                reservation.Grow((decoder.BatchBytes - reserved + 1) / 2);
                reserved = decoder.BatchBytes;
            }

            var result = await pipeline.WriteAsync(batch, cancellationToken);
            foreach (var rejected in result.Rejected)
                rejections.Add($"span {rejected.TraceId}/{rejected.SpanId}", rejected.Reason);
        }

        if (request.SpanCount > 0 && !decoder.AnyDecoded)
            return OtlpResult.Failure(encoding, StatusCodes.Status400BadRequest, rejections.Explain());
        return OtlpResult.Success(encoding, rejections.Count, rejections.ToString());
    }

    private static bool TryGetCompression(HttpRequest request, out bool isCompressed)
    {
        var name = request.Headers.ContentEncoding.ToString();
        isCompressed = name.Equals("gzip", StringComparison.OrdinalIgnoreCase) || name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);
        return isCompressed || name.Length == 0 || name.Equals("identity", StringComparison.OrdinalIgnoreCase);
    }
}
