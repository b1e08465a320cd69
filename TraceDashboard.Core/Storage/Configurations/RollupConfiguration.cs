using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class RollupConfiguration : IEntityTypeConfiguration<RollupRow>
{
    public void Configure(EntityTypeBuilder<RollupRow> builder)
    {
        builder.ToTable("rollups").HasKey(r => new { r.ProjectId, r.Seconds, r.Bucket, r.Environment, r.Kind, r.Provider, r.Model, r.TraceName });
    }
}
