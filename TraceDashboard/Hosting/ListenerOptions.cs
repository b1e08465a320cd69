
namespace TraceDashboard.Hosting;

/// <summary>Where the app listens, from the keys <c>urls</c> (<c>ASPNETCORE_URLS</c>, <c>--urls</c>) and <c>Otlp:*</c>.</summary>
internal sealed class ListenerOptions
{
    public const string OtlpHttpKey = "Otlp:HttpEndpoint";
    public const string OtlpGrpcKey = "Otlp:GrpcEndpoint";
    public const string DefaultUrl = "http://localhost:5080";
    public const string DefaultOtlpHttp = "http://localhost:4318";
    public const string DefaultOtlpGrpc = "http://localhost:4317";

    /// <summary>Pages, all APIs and OTLP/HTTP. Empty when the section <c>Kestrel:Endpoints</c> says where to listen.</summary>
    public IReadOnlyList<BindingAddress> Urls { get; set; } = [];

    /// <summary>Where <c>Kestrel:Endpoints</c> says to listen, by the key that says so. The server reads that section itself.</summary>
    public IReadOnlyList<(string Key, BindingAddress Address)> KestrelEndpoints { get; set; } = [];

    /// <summary>OTLP/HTTP alone; null when it is off.</summary>
    public BindingAddress? OtlpHttp { get; set; }

    /// <summary>A default port that is taken is let go with a warning; one that was asked for is an error.</summary>
    public bool OtlpHttpIsDefault { get; set; }

    /// <summary>OTLP/gRPC alone; null when it is off.</summary>
    public BindingAddress? OtlpGrpc { get; set; }

    /// <inheritdoc cref="OtlpHttpIsDefault" />
    public bool OtlpGrpcIsDefault { get; set; }

    /// <summary>False for a run that does not listen: then it does not matter which ports are taken.</summary>
    public bool Listens { get; set; } = true;

    /// <summary>What could not be read, for the validator.</summary>
    public List<string> Errors { get; } = [];
}
