using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Binds the services by hand: requests stay bytes, because they are decoded as those of HTTP are.</summary>
internal sealed class OtlpGrpcMethods : IServiceMethodProvider<OtlpGrpcService>
{
    public const string Traces = "opentelemetry.proto.collector.trace.v1.TraceService";
    public const string Metrics = "opentelemetry.proto.collector.metrics.v1.MetricsService";
    public const string Logs = "opentelemetry.proto.collector.logs.v1.LogsService";

    private static readonly Marshaller<byte[]> s_response = new((byte[] bytes) => bytes, static bytes => bytes);

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<OtlpGrpcService> context)
    {
        context.AddUnaryMethod(Method(Traces, OtlpGrpcMessage.Marshaller), [], static (service, message, call) => service.ExportAsync(OtlpSignal.Traces, message, call));
        context.AddUnaryMethod(Method(Metrics, IgnoredMessage.Marshaller), [], static (_, _, _) => Task.FromResult<byte[]>([]));
        context.AddUnaryMethod(Method(Logs, OtlpGrpcMessage.Marshaller), [], static (service, message, call) => service.ExportAsync(OtlpSignal.Logs, message, call));
    }

    private static Method<T, byte[]> Method<T>(string service, Marshaller<T> request)
        where T : class => new(MethodType.Unary, service, "Export", request, s_response);
}
