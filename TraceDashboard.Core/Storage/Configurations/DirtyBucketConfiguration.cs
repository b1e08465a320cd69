using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class DirtyBucketConfiguration : IEntityTypeConfiguration<DirtyBucketRow>
{
    public void Configure(EntityTypeBuilder<DirtyBucketRow> builder)
    {
        builder.ToTable("dirty_buckets").HasKey(d => d.Generation);
    }
}
