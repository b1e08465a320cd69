using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TraceDashboard.Core.Storage.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class ModelPrices : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "model_prices",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    project_id = table.Column<int>(type: "integer", nullable: false),
                    price_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    match = table.Column<short>(type: "smallint", nullable: false),
                    pattern = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    provider = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    valid_from = table.Column<long>(type: "bigint", nullable: true),
                    valid_to = table.Column<long>(type: "bigint", nullable: true),
                    prices = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_model_prices", x => x.id);
                    table.ForeignKey(
                        name: "FK_model_prices_projects_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "repricings",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    project_id = table.Column<int>(type: "integer", nullable: false),
                    price_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    from_time = table.Column<long>(type: "bigint", nullable: true),
                    to_time = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: true),
                    finished_at = table.Column<long>(type: "bigint", nullable: true),
                    step = table.Column<long>(type: "bigint", nullable: false),
                    cursor_time = table.Column<long>(type: "bigint", nullable: true),
                    cursor_trace_no = table.Column<long>(type: "bigint", nullable: false),
                    cursor_span_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    done = table.Column<long>(type: "bigint", nullable: false),
                    about = table.Column<long>(type: "bigint", nullable: false),
                    changed = table.Column<long>(type: "bigint", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_repricings", x => x.id);
                    table.ForeignKey(
                        name: "FK_repricings_projects_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_model_prices_price",
                table: "model_prices",
                columns: new[] { "project_id", "price_id" });

            migrationBuilder.CreateIndex(
                name: "ix_repricings_open",
                table: "repricings",
                column: "id",
                filter: "finished_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_repricings_project",
                table: "repricings",
                columns: new[] { "project_id", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "model_prices");

            migrationBuilder.DropTable(
                name: "repricings");
        }
    }
}
