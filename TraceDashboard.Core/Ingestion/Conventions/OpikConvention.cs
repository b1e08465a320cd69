namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Opik's names for what belongs to a trace, on spans of whatever instrumentation.</summary>
internal static class OpikConvention
{
    public static readonly Source[] Sources =
    [
        new("opik.tags", Field.Tags, 70),
        new("opik.metadata", Field.Metadata, 30),
        new("opik.metadata.", Field.MetadataKeys, 70, SourceForm.Group),
        new("thread_id", Field.SessionId, 75),
    ];
}
