namespace TraceDashboard.Hosting;

/// <summary>Where the app sends traces of itself; key <c>SelfTracing:*</c>.</summary>
public sealed class SelfTracingOptions
{
    public const string Section = "SelfTracing";

    /// <summary>Where <c>/v1/traces</c> lies, such as <c>http://localhost:4318</c>, over OTLP/HTTP. This app itself will do; empty turns self-tracing off.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Sent as <c>Authorization: Bearer</c>.</summary>
    public string? ApiKey { get; set; }
}
