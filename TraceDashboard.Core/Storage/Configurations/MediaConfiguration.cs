using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class MediaConfiguration : IEntityTypeConfiguration<MediaRow>
{
    public void Configure(EntityTypeBuilder<MediaRow> builder)
    {
        builder.ToTable("media").HasKey(m => new { m.ProjectId, m.MediaId });
        builder.HasIndex(m => new { m.ProjectId, m.CreatedAt }).HasFilter("uploaded_at IS NULL").HasDatabaseName("ix_media_announced");
    }
}
