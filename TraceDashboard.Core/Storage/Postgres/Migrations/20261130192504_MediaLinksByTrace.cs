using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TraceDashboard.Core.Storage.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class MediaLinksByTrace : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("CREATE TABLE media_links_before AS SELECT * FROM media_links;");

            migrationBuilder.DropTable(
                name: "media_links");

            migrationBuilder.CreateTable(
                name: "media_links",
                columns: table => new
                {
                    trace_no = table.Column<long>(type: "bigint", nullable: false),
                    span_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    field = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    media_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    project_id = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_media_links", x => new { x.trace_no, x.span_id, x.field, x.media_id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_media_links_project_id_media_id",
                table: "media_links",
                columns: new[] { "project_id", "media_id" });

            // A file may be announced before anything of its trace is there.
            migrationBuilder.Sql("INSERT INTO trace_keys (project_id, trace_id) SELECT DISTINCT project_id, trace_id FROM media_links_before WHERE true ON CONFLICT DO NOTHING;");
            migrationBuilder.Sql(
                """
                INSERT INTO media_links (trace_no, span_id, field, media_id, project_id)
                SELECT k.trace_no, l.span_id, l.field, l.media_id, l.project_id
                FROM media_links_before l JOIN trace_keys k ON k.project_id = l.project_id AND k.trace_id = l.trace_id;
                """);
            migrationBuilder.Sql("DROP TABLE media_links_before;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("CREATE TABLE media_links_before AS SELECT l.*, k.trace_id FROM media_links l JOIN trace_keys k ON k.trace_no = l.trace_no;");

            migrationBuilder.DropTable(
                name: "media_links");

            migrationBuilder.CreateTable(
                name: "media_links",
                columns: table => new
                {
                    trace_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    span_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    field = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    media_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    project_id = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_media_links", x => new { x.project_id, x.trace_id, x.span_id, x.field, x.media_id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_media_links_project_id_media_id",
                table: "media_links",
                columns: new[] { "project_id", "media_id" });

            migrationBuilder.Sql(
                "INSERT INTO media_links (trace_id, span_id, field, media_id, project_id) SELECT trace_id, span_id, field, media_id, project_id FROM media_links_before;");
            migrationBuilder.Sql("DROP TABLE media_links_before;");
        }
    }
}
