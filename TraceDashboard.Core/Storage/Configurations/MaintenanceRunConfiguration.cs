using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class MaintenanceRunConfiguration : IEntityTypeConfiguration<MaintenanceRunRow>
{
    public void Configure(EntityTypeBuilder<MaintenanceRunRow> builder)
    {
        builder.ToTable("maintenance_runs").HasKey(r => r.Id);
        builder.HasIndex(r => new { r.Kind, r.ProjectId, r.Id }).HasDatabaseName("ix_maintenance_runs_kind");
    }
}
