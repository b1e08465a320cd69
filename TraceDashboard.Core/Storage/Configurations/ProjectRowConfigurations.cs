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

internal sealed class RetentionStateConfiguration : IEntityTypeConfiguration<RetentionStateRow>
{
    public void Configure(EntityTypeBuilder<RetentionStateRow> builder)
    {
        builder.ToTable("retention_states").HasKey(s => s.ProjectId);
        builder.Property(s => s.ProjectId).ValueGeneratedNever();
        builder.HasOne<ProjectRow>().WithMany().HasForeignKey(s => s.ProjectId);
    }
}

internal sealed class MaintenanceRunConfiguration : IEntityTypeConfiguration<MaintenanceRunRow>
{
    public void Configure(EntityTypeBuilder<MaintenanceRunRow> builder)
    {
        builder.ToTable("maintenance_runs").HasKey(r => r.Id);
        builder.HasIndex(r => new { r.Kind, r.ProjectId, r.Id }).HasDatabaseName("ix_maintenance_runs_kind");
    }
}
