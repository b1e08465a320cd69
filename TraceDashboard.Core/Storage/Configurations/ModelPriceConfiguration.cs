using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TraceDashboard.Core.Storage.Configurations;

internal sealed class ModelPriceConfiguration : IEntityTypeConfiguration<ModelPriceRow>
{
    public void Configure(EntityTypeBuilder<ModelPriceRow> builder)
    {
        builder.ToTable("model_prices").HasKey(p => p.Id);
        builder.HasIndex(p => new { p.ProjectId, p.PriceId }).HasDatabaseName("ix_model_prices_price");
        builder.HasOne<ProjectRow>().WithMany().HasForeignKey(p => p.ProjectId);
    }
}
