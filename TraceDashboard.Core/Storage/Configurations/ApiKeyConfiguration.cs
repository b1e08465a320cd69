using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKeyRow>
{
    public void Configure(EntityTypeBuilder<ApiKeyRow> builder)
    {
        builder.ToTable("api_keys").HasKey(k => k.Id);
        builder.HasIndex(k => k.PublicKey).IsUnique();
        builder.HasIndex(k => k.SecretHash).IsUnique();
        builder.HasOne<ProjectRow>().WithMany().HasForeignKey(k => k.ProjectId);
    }
}
