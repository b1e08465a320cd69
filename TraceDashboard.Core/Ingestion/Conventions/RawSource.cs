namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>What spans of one source share: an OTel resource, or an instrumentation scope.</summary>
internal sealed class RawSource(byte[] body, int maxItems) : RawRecord(body, maxItems)
{
    public Slice Name;
    public Slice Version;
    public Slice SchemaUrl;
    public ulong DroppedAttributes;
    public AttributeRange SourceAttributes;

    public override void Clear()
    {
        base.Clear();
        Name = Version = SchemaUrl = default;
        DroppedAttributes = 0;
        SourceAttributes = default;
    }
}
