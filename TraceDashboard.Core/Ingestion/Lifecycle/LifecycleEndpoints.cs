using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>The lifecycle API: a trace is started, updated while it runs, and completed.</summary>
public static class LifecycleEndpoints
{
    private const string Json = "application/json";
    private const string IdDescription = "Id of the trace, percent-encoded.";

    public static IServiceCollection AddLifecycle(this IServiceCollection services) => services.AddSingleton<LifecycleIngest>();

    public static void MapLifecycle(this IEndpointRouteBuilder app)
    {
        var traces = app.MapGroup("/api/traces").WithTags("Traces").RequireApiKey(ApiKeyScopes.Ingest).TakesJson().TakesOtherOrigins();

        traces.MapPost("/start", static (
                HttpContext context,
                LifecycleIngest ingest,
                [FromHeader(Name = LifecycleIngest.TraceparentHeader), Description("W3C trace context of the caller.")] string? traceparent,
                [FromHeader(Name = LifecycleIngest.IdempotencyKeyHeader), Description("The same key begins the same trace, within the project; up to 800 characters.")] string? idempotencyKey)
                => ingest.StartAsync(context))
            .WithName("startTrace")
            .WithSummary("Start a trace")
            .WithDescription(
                "Begins a trace, or a span in it. The answer comes when it is stored. Starting the same trace again changes nothing: " +
                "name a traceId, pass a traceparent header on, or send an Idempotency-Key header, which the trace id then follows from. " +
                "A traceparent header gives the trace id and the parent of the root span; the answer has one for what is called next.")
            .Takes<StartTraceRequest>(LifecycleExamples.Start);

        traces.MapPut("/{traceId}/update", static (HttpContext context, LifecycleIngest ingest, [Description(IdDescription)] string traceId) => ingest.UpdateAsync(context))
            .WithName("updateTrace")
            .WithSummary("Report progress of a trace")
            .WithDescription(
                "Tells what has happened since: the next piece of output, usage so far, child spans, events, the first token. It addresses the root span " +
                "unless it names a spanId. What a call leaves out, or sends as null, stays as it is. Updates may arrive in any order, before their start and more than once.")
            .Takes<UpdateTraceRequest>(LifecycleExamples.Update);

        traces.MapPost("/{traceId}/complete", static (HttpContext context, LifecycleIngest ingest, [Description(IdDescription)] string traceId) => ingest.CompleteAsync(context))
            .WithName("completeTrace")
            .WithSummary("Complete a trace")
            .WithDescription(
                "Ends the root span, or the span it names, with its final output, usage, cost, status and error. What it says stands against what any update says, " +
                "whichever arrives last.")
            .Takes<CompleteTraceRequest>(LifecycleExamples.Complete);
    }

    private static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder builder, ApiExample example)
        where T : notnull => builder
            .Accepts<T>(Json)
            .WithMetadata(example)
            .Produces<TraceHandle>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}
