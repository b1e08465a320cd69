using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class RepricingConfiguration : IEntityTypeConfiguration<RepricingRow>
{
    public void Configure(EntityTypeBuilder<RepricingRow> builder)
    {
        builder.ToTable("repricings").HasKey(r => r.Id);
        builder.HasIndex(r => r.Id).HasDatabaseName("ix_repricings_open").HasFilter("finished_at IS NULL");
        builder.HasIndex(r => new { r.ProjectId, r.Id }).HasDatabaseName("ix_repricings_project");
        builder.HasOne<ProjectRow>().WithMany().HasForeignKey(r => r.ProjectId);
    }
}
