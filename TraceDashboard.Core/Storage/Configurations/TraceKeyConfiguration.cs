using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class TraceKeyConfiguration : IEntityTypeConfiguration<TraceKeyRow>
{
    public void Configure(EntityTypeBuilder<TraceKeyRow> builder)
    {
        builder.ToTable("trace_keys").HasKey(k => new { k.ProjectId, k.TraceId });
        builder.Property(k => k.TraceId).IsRequired();
    }
}
