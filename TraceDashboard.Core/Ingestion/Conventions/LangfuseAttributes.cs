namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Names of Langfuse's attributes that its API is read and written with too, so that an observation is the same whichever way it came.</summary>
internal static class LangfuseAttributes
{
    public const string Metadata = "langfuse.observation.metadata";
    public const string Level = "langfuse.observation.level";
    public const string ModelParameters = "langfuse.observation.model.parameters";
    public const string UsageDetails = "langfuse.observation.usage_details";
    public const string CostDetails = "langfuse.observation.cost_details";
    public const string Version = "langfuse.version";
}
