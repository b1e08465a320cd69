using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class RetentionStateConfiguration : IEntityTypeConfiguration<RetentionStateRow>
{
    public void Configure(EntityTypeBuilder<RetentionStateRow> builder)
    {
        builder.ToTable("retention_states").HasKey(s => s.ProjectId);
        builder.Property(s => s.ProjectId).ValueGeneratedNever();
        builder.HasOne<ProjectRow>().WithMany().HasForeignKey(s => s.ProjectId);
    }
}
