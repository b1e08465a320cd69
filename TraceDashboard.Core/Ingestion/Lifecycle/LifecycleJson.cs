using System.Text.Json;
using System.Text.Json.Serialization;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = MaxDepth,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StartTraceRequest))]
[JsonSerializable(typeof(UpdateTraceRequest))]
[JsonSerializable(typeof(CompleteTraceRequest))]
[JsonSerializable(typeof(TraceHandle))]
internal sealed partial class LifecycleJson : JsonSerializerContext
{
    /// <summary>How deep a body may nest.</summary>
    public const int MaxDepth = JsonMembers.MaxDepth;

    /// <summary>Reads texts as far as they can be kept.</summary>
    public static LifecycleJson Of(IngestionOptions limits) => new(new JsonSerializerOptions(Default.Options)
    {
        Converters = { new ShortTextConverter(Math.Max(limits.MaxNameLength, Ids.MaxLength)) },
    });
}
