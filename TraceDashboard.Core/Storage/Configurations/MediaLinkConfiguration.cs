using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class MediaLinkConfiguration : IEntityTypeConfiguration<MediaLinkRow>
{
    public void Configure(EntityTypeBuilder<MediaLinkRow> builder)
    {
        builder.ToTable("media_links").HasKey(l => new { l.TraceNo, l.SpanId, l.Field, l.MediaId });
        builder.HasIndex(l => new { l.ProjectId, l.MediaId });
    }
}
