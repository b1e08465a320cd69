using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Takes the three calls in: reads the body within the budget, maps it, and answers after the commit.</summary>
internal sealed class LifecycleIngest(IngestionPipeline pipeline, IOptions<IngestionOptions> options, TimeProvider time)
{
    private readonly LifecycleJson _json = LifecycleJson.Of(options.Value);

    public const string IdempotencyKeyHeader = "Idempotency-Key";
    public const string TraceparentHeader = "traceparent";

    public Task<IResult> StartAsync(HttpContext context) =>
        HandleAsync(context, LifecycleCall.Start, _json.StartTraceRequest, StartOrigin);

    public Task<IResult> UpdateAsync(HttpContext context) =>
        HandleAsync(context, LifecycleCall.Update, _json.UpdateTraceRequest, PathOrigin);

    public Task<IResult> CompleteAsync(HttpContext context) =>
        HandleAsync(context, LifecycleCall.Complete, _json.CompleteTraceRequest, PathOrigin);

    private async Task<IResult> HandleAsync<T>(
        HttpContext context, LifecycleCall call, JsonTypeInfo<T> type, Func<HttpContext, T, ApiErrors, LifecycleOrigin> originOf)
        where T : TraceContext
    {
        using var body = await RequestBody.ReadAsync(context, options.Value.MaxBodyBytes);
        return await WriteAsync(context, call, type, originOf, body);
    }

    private async Task<IResult> WriteAsync<T>(
        HttpContext context, LifecycleCall call, JsonTypeInfo<T> type, Func<HttpContext, T, ApiErrors, LifecycleOrigin> originOf, RequestBody body)
        where T : TraceContext
    {
        var errors = new ApiErrors();
        if (BodyParser.Parse(body.Memory, type, errors, options.Value.MaxSpanItems, context.RequestAborted) is not { } request)
            return Invalid(errors);

        var origin = originOf(context, request, errors);
        var batch = new LifecycleMapper(origin, call, request, body.Memory, options.Value, errors).Map(out var spanId);
        if (errors.Any)
            return Invalid(errors);

        body.Room.Grow(batch.Bytes);
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
}
