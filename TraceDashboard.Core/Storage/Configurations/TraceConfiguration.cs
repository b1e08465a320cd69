using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class TraceConfiguration : IEntityTypeConfiguration<TraceRow>
{
    public void Configure(EntityTypeBuilder<TraceRow> builder)
    {
        builder.ToTable("traces").HasKey(t => t.TraceNo);
        builder.Property(t => t.TraceNo).ValueGeneratedNever();
        builder.HasIndex(t => new { t.ProjectId, t.StartTime, t.TraceNo }).HasDatabaseName("ix_traces_time");
        builder.HasIndex(t => new { t.ProjectId, t.UserId, t.StartTime }).HasDatabaseName("ix_traces_user").HasFilter("user_id IS NOT NULL");
        builder.HasIndex(t => new { t.ProjectId, t.SessionId, t.StartTime }).HasDatabaseName("ix_traces_session").HasFilter("session_id IS NOT NULL");
        builder.HasIndex(t => t.TraceNo).HasDatabaseName("ix_traces_stale").HasFilter("stale");
    }
}
