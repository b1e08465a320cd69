using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>What the three services do.</summary>
internal sealed class OtlpGrpcService(IngestionPipeline pipeline, IOptions<IngestionOptions> options, IOptions<BodyOptions> bodies, Faults faults)
{
    /// <exception cref="RpcException">The export failed as a whole.</exception>
    public async Task<byte[]> ExportAsync(OtlpSignal signal, OtlpGrpcMessage message, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        OtlpOutcome outcome;
        try
        {
            using var body = message.Open(http.Features.GetRequiredFeature<ByteReservation>(), bodies.Value);
            outcome = await new OtlpExport(signal, pipeline, options.Value).RunAsync(http.GetProjectId(), OtlpEncoding.Protobuf, body, context.CancellationToken);
        }
        catch (Exception e)
        {
            // Left to gRPC it would be UNKNOWN, which exporters do not send again.
            throw ToException(OtlpOutcome.Failure(Refusal.Of(e, context.CancellationToken) ?? faults.OfSender(e)));
        }

        return outcome.IsSuccess ? OtlpMessages.Response(OtlpEncoding.Protobuf, signal, outcome.Rejected, outcome.Message) : throw ToException(outcome);
    }

    /// <summary>A refusal in the form of gRPC; anything else as it is.</summary>
    public static Exception ToException(Exception exception, CancellationToken aborted) =>
        Refusal.Of(exception, aborted) is { } refusal ? ToException(OtlpOutcome.Failure(refusal)) : exception;

    public static RpcException ToException(OtlpOutcome outcome)
    {
        var trailers = new Metadata();
        if (outcome.RetryAfter is { } wait)
            trailers.Add("grpc-status-details-bin", OtlpMessages.Status(OtlpEncoding.Protobuf, outcome.GrpcCode, outcome.Message, wait));
        return new RpcException(new Status((StatusCode)outcome.GrpcCode, outcome.Message), trailers);
    }
}
