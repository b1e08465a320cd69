using System.Buffers;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Takes the three calls in: reads the body within the budget, maps it, and answers after the commit.</summary>
internal sealed class LifecycleIngest(IngestionPipeline pipeline, IOptions<IngestionOptions> options, TimeProvider time)
{
    public const string IdempotencyKeyHeader = "Idempotency-Key";
    public const string TraceparentHeader = "traceparent";

    private const int FirstBuffer = 4096;

    public Task<IResult> StartAsync(HttpContext context) =>
        HandleAsync(context, LifecycleCall.Start, LifecycleJson.Default.StartTraceRequest, StartOrigin);

    public Task<IResult> UpdateAsync(HttpContext context) =>
        HandleAsync(context, LifecycleCall.Update, LifecycleJson.Default.UpdateTraceRequest, PathOrigin);

    public Task<IResult> CompleteAsync(HttpContext context) =>
        HandleAsync(context, LifecycleCall.Complete, LifecycleJson.Default.CompleteTraceRequest, PathOrigin);

    private async Task<IResult> HandleAsync<T>(
        HttpContext context, LifecycleCall call, JsonTypeInfo<T> type, Func<HttpContext, T, ApiErrors, LifecycleOrigin> originOf)
        where T : TraceContext
    {
        if (!context.Request.HasJsonContentType())
            return Problem(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON. Send it with 'Content-Type: application/json'.");
        if (context.Request.Headers.ContentEncoding.Count > 0)
            return Problem(StatusCodes.Status415UnsupportedMediaType, "The body must not be compressed. Leave 'Content-Encoding' away.");

        byte[]? buffer = null;
        try
        {
            var limit = options.Value.MaxBodyBytes;
            if (context.Request.ContentLength > limit)
                return TooLarge(limit);
            using var room = pipeline.Reserve(context.Request.ContentLength ?? FirstBuffer);
            (buffer, var length) = await ReadAsync(context, room, limit);
            return length > limit ? TooLarge(limit) : await WriteAsync(context, call, type, originOf, buffer.AsMemory(0, length));
        }
        catch (UnavailableException e)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(e.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return Problem(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge(options.Value.MaxBodyBytes) : Problem(e.StatusCode, e.Message);
        }
        finally
        {
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<IResult> WriteAsync<T>(
        HttpContext context, LifecycleCall call, JsonTypeInfo<T> type, Func<HttpContext, T, ApiErrors, LifecycleOrigin> originOf, ReadOnlyMemory<byte> body)
        where T : TraceContext
    {
        var errors = new ApiErrors();
        if (BodyParser.Parse(body, type, errors) is not { } request)
            return Invalid(errors);

        var origin = originOf(context, request, errors);
        var batch = new LifecycleMapper(origin, call, request, body, options.Value, errors).Map(out var spanId);
        if (errors.Any)
            return Invalid(errors);

        var result = await pipeline.WriteAsync(batch, context.RequestAborted);
        if (result.Rejected.Count > 0 || result.RejectedTraces.Count > 0)
        {
            foreach (var (traceId, reason) in result.RejectedTraces)
                errors.Add(traceId, reason);
            foreach (var rejected in result.Rejected)
                errors.Add(rejected.SpanId, rejected.Reason);
            return errors.ToResult();
        }

        var traceparent = LifecycleIds.Traceparent(origin.TraceId, spanId);
        if (traceparent is not null)
            context.Response.Headers[TraceparentHeader] = traceparent;
        return TypedResults.Json(new TraceHandle(origin.TraceId, spanId, traceparent), LifecycleJson.Default.TraceHandle);
    }

    private ValidationProblem Invalid(ApiErrors errors)
    {
        pipeline.CountInvalid(1);
        return errors.ToResult();
    }

    private static async Task<(byte[] Buffer, int Length)> ReadAsync(HttpContext context, IngestReservation room, long limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? FirstBuffer) + 1);
        var reserved = context.Request.ContentLength ?? FirstBuffer;
        var length = 0;
        try
        {
            int read;
            while (length <= limit && (read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted)) > 0)
            {
                length += read;
                if (length > reserved)
                {
                    room.Grow(length - reserved);
                    reserved = length;
                }

                if (length < buffer.Length)
                    continue;
                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            return (buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private LifecycleOrigin PathOrigin<T>(HttpContext context, T request, ApiErrors errors)
    {
        var traceId = RoutePath.Id(context);
        if (!Ids.IsValid(traceId))
            errors.Add("traceId", $"in the path {Ids.Rule}");
        return new LifecycleOrigin(context.GetProjectId(), traceId, ParentSpanId: null, time.GetUnixNanos());
    }

    private LifecycleOrigin StartOrigin(HttpContext context, StartTraceRequest request, ApiErrors errors)
    {
        var projectId = context.GetProjectId();
        var key = context.Request.Headers[IdempotencyKeyHeader].ToString();
        if (key.Length > Ids.MaxLength)
            errors.Add(IdempotencyKeyHeader, $"must have at most {Ids.MaxLength} characters");
        if (request.TraceId is { } given && !Ids.IsValid(given))
            errors.Add("traceId", Ids.Rule);

        var traced = LifecycleIds.TryParseTraceparent(context.Request.Headers[TraceparentHeader], out var traceId, out var parentSpanId);
        if (request.TraceId is not null && request.TraceId != traceId)
            (traceId, traced) = (request.TraceId, false); // a parent in another trace says nothing
        else if (!traced)
            traceId = key.Length > 0 ? LifecycleIds.TraceIdOf(projectId, key) : LifecycleIds.NewTraceId();
        return new LifecycleOrigin(projectId, traceId, traced ? parentSpanId : null, time.GetUnixNanos());
    }

    private static ProblemHttpResult TooLarge(long limit) =>
        Problem(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {limit} bytes. Send less at once, or raise Ingestion:MaxBodyBytes.");

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
