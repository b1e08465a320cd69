using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TraceDashboard.Core.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class ApiKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "expires_at",
                table: "api_keys",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "last_used_at",
                table: "api_keys",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "name",
                table: "api_keys",
                type: "TEXT",
                nullable: false,
                defaultValue: "From the configuration");

            migrationBuilder.AddColumn<long>(
                name: "revoked_at",
                table: "api_keys",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<short>(
                name: "scopes",
                table: "api_keys",
                type: "INTEGER",
                nullable: false,
                defaultValue: (short)3); // what keys could do so far: ingest and read

            migrationBuilder.AddColumn<string>(
                name: "secret_end",
                table: "api_keys",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "expires_at",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "last_used_at",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "name",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "revoked_at",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "scopes",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "secret_end",
                table: "api_keys");
        }
    }
}
