using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TraceDashboard.Core.Storage.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class LayersAndOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_traces_session",
                table: "traces");

            migrationBuilder.DropIndex(
                name: "ix_traces_time",
                table: "traces");

            migrationBuilder.DropIndex(
                name: "ix_traces_user",
                table: "traces");

            migrationBuilder.AddColumn<long>(
                name: "order_time",
                table: "traces",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "tokens_unsplit",
                table: "traces",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "layers",
                table: "spans",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<long>(
                name: "tokens_unsplit",
                table: "spans",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "usage_other",
                table: "spans",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "priced_with",
                table: "projects",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.Sql("UPDATE traces SET order_time = LEAST(start_time, received_at + 86400000000000);");

            // The only catalogue that there was before.
            migrationBuilder.Sql("UPDATE projects SET priced_with = '2026-07-24';");

            migrationBuilder.CreateIndex(
                name: "ix_traces_ahead",
                table: "traces",
                columns: new[] { "project_id", "start_time" },
                filter: "order_time < start_time");

            migrationBuilder.CreateIndex(
                name: "ix_traces_session",
                table: "traces",
                columns: new[] { "project_id", "session_id", "order_time" },
                filter: "session_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_traces_time",
                table: "traces",
                columns: new[] { "project_id", "order_time", "trace_no" });

            migrationBuilder.CreateIndex(
                name: "ix_traces_user",
                table: "traces",
                columns: new[] { "project_id", "user_id", "order_time" },
                filter: "user_id IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_traces_ahead",
                table: "traces");

            migrationBuilder.DropIndex(
                name: "ix_traces_session",
                table: "traces");

            migrationBuilder.DropIndex(
                name: "ix_traces_time",
                table: "traces");

            migrationBuilder.DropIndex(
                name: "ix_traces_user",
                table: "traces");

            migrationBuilder.DropColumn(
                name: "order_time",
                table: "traces");

            migrationBuilder.DropColumn(
                name: "tokens_unsplit",
                table: "traces");

            migrationBuilder.DropColumn(
                name: "layers",
                table: "spans");

            migrationBuilder.DropColumn(
                name: "tokens_unsplit",
                table: "spans");

            migrationBuilder.DropColumn(
                name: "usage_other",
                table: "spans");

            migrationBuilder.DropColumn(
                name: "priced_with",
                table: "projects");

            migrationBuilder.CreateIndex(
                name: "ix_traces_session",
                table: "traces",
                columns: new[] { "project_id", "session_id", "start_time" },
                filter: "session_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_traces_time",
                table: "traces",
                columns: new[] { "project_id", "start_time", "trace_no" });

            migrationBuilder.CreateIndex(
                name: "ix_traces_user",
                table: "traces",
                columns: new[] { "project_id", "user_id", "start_time" },
                filter: "user_id IS NOT NULL");
        }
    }
}
