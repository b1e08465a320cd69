using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Ingestion.Gateway;

/// <summary>The Gateway API: a trace is started, updated while it runs, and completed.</summary>
public static class GatewayEndpoints
{
    private const string Json = "application/json";
    private const string IdDescription = "Id of the trace, percent-encoded.";

    public static IServiceCollection AddGateway(this IServiceCollection services) => services.AddSingleton<GatewayIngest>();

    public static void MapGateway(this IEndpointRouteBuilder app)
    {
        var traces = app.MapGroup("/api/traces").WithTags("Traces").RequireApiKey(ApiKeyScopes.Ingest);

        traces.MapPost("/start", static (
                HttpContext context,
                GatewayIngest gateway,
                [FromHeader(Name = GatewayIngest.TraceparentHeader), Description("W3C trace context of the caller.")] string? traceparent,
                [FromHeader(Name = GatewayIngest.IdempotencyKeyHeader), Description("The same key begins the same trace, within the project; up to 200 characters.")] string? idempotencyKey)
                => gateway.StartAsync(context))
            .WithName("startTrace")
            .WithSummary("Start a trace")
            .WithDescription(
                "Begins a trace, or a span in it. The answer comes when it is stored. Starting the same trace again changes nothing: " +
                "name a traceId, pass a traceparent header on, or send an Idempotency-Key header, which the trace id then follows from. " +
                "A traceparent header gives the trace id and the parent of the root span; the answer has one for what is called next.")
            .Takes<StartTraceRequest>(GatewayExamples.Start);

        traces.MapPut("/{traceId}/update", static (HttpContext context, GatewayIngest gateway, [Description(IdDescription)] string traceId) => gateway.UpdateAsync(context))
            .WithName("updateTrace")
            .WithSummary("Report progress of a trace")
            .WithDescription(
                "Tells what has happened since: the next piece of output, usage so far, child spans, events, the first token. It addresses the root span " +
                "unless it names a spanId. What a call leaves out, or sends as null, stays as it is. Updates may arrive in any order, before their start and more than once.")
            .Takes<UpdateTraceRequest>(GatewayExamples.Update);

        traces.MapPost("/{traceId}/complete", static (HttpContext context, GatewayIngest gateway, [Description(IdDescription)] string traceId) => gateway.CompleteAsync(context))
            .WithName("completeTrace")
            .WithSummary("Complete a trace")
            .WithDescription(
                "Ends the root span, or the span it names, with its final output, usage, cost, status and error. What it says stands against what any update says, " +
                "whichever arrives last.")
            .Takes<CompleteTraceRequest>(GatewayExamples.Complete);
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
