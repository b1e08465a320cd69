using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class ScoreConfiguration : IEntityTypeConfiguration<ScoreRow>
{
    public void Configure(EntityTypeBuilder<ScoreRow> builder)
    {
        builder.ToTable("scores").HasKey(s => new { s.ProjectId, s.Id });
        builder.HasIndex(s => new { s.ProjectId, s.Timestamp }).HasDatabaseName("ix_scores_time");
        builder.HasIndex(s => s.TraceNo).HasDatabaseName("ix_scores_trace").HasFilter("trace_no IS NOT NULL");
        builder.HasIndex(s => new { s.ProjectId, s.SessionId }).HasDatabaseName("ix_scores_session").HasFilter("session_id IS NOT NULL");
    }
}
