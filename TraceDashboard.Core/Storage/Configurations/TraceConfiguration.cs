using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class TraceConfiguration : IEntityTypeConfiguration<TraceRow>
{
    public void Configure(EntityTypeBuilder<TraceRow> builder)
    {
        builder.ToTable("traces").HasKey(t => t.TraceNo);
        builder.Property(t => t.TraceNo).ValueGeneratedNever();
        builder.HasIndex(t => new { t.ProjectId, t.OrderTime, t.TraceNo }).HasDatabaseName("ix_traces_time");
        builder.HasIndex(t => new { t.ProjectId, t.UserId, t.OrderTime }).HasDatabaseName("ix_traces_user").HasFilter("user_id IS NOT NULL");
        builder.HasIndex(t => new { t.ProjectId, t.SessionId, t.OrderTime }).HasDatabaseName("ix_traces_session").HasFilter("session_id IS NOT NULL");

        // The few that are not where they say: for those who ask for the start itself.
        builder.HasIndex(t => new { t.ProjectId, t.StartTime }).HasDatabaseName("ix_traces_ahead").HasFilter("order_time < start_time");
        builder.HasIndex(t => t.TraceNo).HasDatabaseName("ix_traces_stale").HasFilter("stale");
    }
}
