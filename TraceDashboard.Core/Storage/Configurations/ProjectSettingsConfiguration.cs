using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class ProjectSettingsConfiguration : IEntityTypeConfiguration<ProjectSettingsRow>
{
    public void Configure(EntityTypeBuilder<ProjectSettingsRow> builder)
    {
        builder.ToTable("project_settings").HasKey(s => s.ProjectId);
        builder.Property(s => s.ProjectId).ValueGeneratedNever();
        builder.HasOne<ProjectRow>().WithMany().HasForeignKey(s => s.ProjectId);
    }
}
