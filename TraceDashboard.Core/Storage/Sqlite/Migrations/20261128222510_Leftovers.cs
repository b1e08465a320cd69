using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TraceDashboard.Core.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Leftovers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_trace_keys_deleted",
                table: "trace_keys",
                columns: new[] { "project_id", "deleted_at" },
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_media_announced",
                table: "media",
                columns: new[] { "project_id", "created_at" },
                filter: "uploaded_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_trace_keys_deleted",
                table: "trace_keys");

            migrationBuilder.DropIndex(
                name: "ix_media_announced",
                table: "media");
        }
    }
}
