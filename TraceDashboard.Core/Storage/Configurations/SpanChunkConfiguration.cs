using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class SpanChunkConfiguration : IEntityTypeConfiguration<SpanChunkRow>
{
    public void Configure(EntityTypeBuilder<SpanChunkRow> builder)
    {
        builder.ToTable("span_chunks").HasKey(c => new { c.TraceNo, c.SpanId, c.Sequence });
    }
}
