using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class MetadataValueConfiguration : IEntityTypeConfiguration<MetadataValueRow>
{
    public void Configure(EntityTypeBuilder<MetadataValueRow> builder)
    {
        builder.ToTable("metadata_values").HasKey(m => new { m.TraceNo, m.Key });
        builder.HasIndex(m => new { m.ProjectId, m.Key, m.Value }).HasDatabaseName("ix_metadata_values_value");
    }
}
