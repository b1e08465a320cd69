using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class SpanConfiguration : IEntityTypeConfiguration<SpanRow>
{
    public void Configure(EntityTypeBuilder<SpanRow> builder)
    {
        builder.ToTable("spans").HasKey(s => new { s.TraceNo, s.SpanId });
        builder.HasIndex(s => new { s.ProjectId, s.StartTime }).HasDatabaseName("ix_spans_time");
    }
}
