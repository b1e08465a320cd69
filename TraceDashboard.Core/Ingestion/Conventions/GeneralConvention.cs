namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>What OpenTelemetry says of any span or resource, and names for the context of a trace that several dialects share.</summary>
internal static class GeneralConvention
{
    /// <summary>In OpenInference it is that of the span, elsewhere that of the trace.</summary>
    public const string Metadata = "metadata";

    public static readonly Source[] Sources =
    [
        new("server.address", Field.ServerAddress, 10),
        new("error.type", Field.ErrorType, 10),
        new("exception.type", Field.ErrorType, 20),
        new("exception.message", Field.ErrorMessage, 10),
        new("error.message", Field.ErrorMessage, 20),
        new("user.id", Field.UserId, 20),
        new("enduser.id", Field.UserId, 80),
        new("user.email", Field.UserId, 90),
        new("session.id", Field.SessionId, 20),
        new("deployment.environment.name", Field.Environment, 20),
        new("deployment.environment", Field.Environment, 40),
        new("tag.tags", Field.Tags, 50),
        new(Metadata, Field.Metadata, 20),
        new("mcp.method.name", Field.McpMethod, 10),
        new("mcp.session.id", Field.SessionId, 80),
        new("mcp.request.argument", Field.ToolArguments, 60),
        new("mcp.response.value", Field.ToolResult, 60),
        new("db.vector.", Field.VectorQuery, 10, SourceForm.Group),
        new("tool_call.id", Field.ToolCallId, 40),
        new("input", Field.Input, 100),
        new("output", Field.Output, 100),
    ];

    public static readonly Source[] ResourceSources =
    [
        new("openinference.project.name", Field.ServiceName, 5),
        new("service.name", Field.ServiceName, 10),
        new(LangfuseConvention.Environment, Field.Environment, 15),
        new("langfuse.release", Field.Release, 10),
        new("service.version", Field.Release, 20),
        new("deployment.environment.name", Field.Environment, 30),
        new("deployment.environment", Field.Environment, 50),
    ];
}
