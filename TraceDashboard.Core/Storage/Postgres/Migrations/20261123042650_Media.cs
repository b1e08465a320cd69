using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TraceDashboard.Core.Storage.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Media : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "media",
                columns: table => new
                {
                    project_id = table.Column<int>(type: "integer", nullable: false),
                    media_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    hash = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    content_type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    content_length = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    uploaded_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_media", x => new { x.project_id, x.media_id });
                });

            migrationBuilder.CreateTable(
                name: "media_links",
                columns: table => new
                {
                    project_id = table.Column<int>(type: "integer", nullable: false),
                    trace_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    span_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    field = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    media_id = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_media_links", x => new { x.project_id, x.trace_id, x.span_id, x.field, x.media_id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_media_links_project_id_media_id",
                table: "media_links",
                columns: new[] { "project_id", "media_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "media");

            migrationBuilder.DropTable(
                name: "media_links");
        }
    }
}
