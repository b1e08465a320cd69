using TraceDashboard.Core.Projects.Privacy;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>The names under which the dialects send contents.</summary>
internal sealed class ContentAttributes : IContentAttributes
{
    public bool HoldsContent(ReadOnlySpan<byte> key) => SpanMapper.HoldsContent(key);
}
