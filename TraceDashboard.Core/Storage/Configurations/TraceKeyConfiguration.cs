using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class TraceKeyConfiguration : IEntityTypeConfiguration<TraceKeyRow>
{
    public void Configure(EntityTypeBuilder<TraceKeyRow> builder)
    {
        builder.ToTable("trace_keys").HasKey(k => new { k.ProjectId, k.TraceId });
        builder.Property(k => k.TraceId).IsRequired();

        // For retention, which forgets that traces were deleted.
        builder.HasIndex(k => new { k.ProjectId, k.DeletedAt }).HasFilter("deleted_at IS NOT NULL").HasDatabaseName("ix_trace_keys_deleted");
    }
}
