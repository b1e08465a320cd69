using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class SpanContentConfiguration : IEntityTypeConfiguration<SpanContentRow>
{
    public void Configure(EntityTypeBuilder<SpanContentRow> builder)
    {
        builder.ToTable("span_contents").HasKey(c => new { c.TraceNo, c.SpanId, c.ContentDay });
    }
}
