using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TraceDashboard.Core.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "dirty_buckets",
                columns: table => new
                {
                    generation = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    project_id = table.Column<int>(type: "INTEGER", nullable: false),
                    bucket = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dirty_buckets", x => x.generation);
                });

            migrationBuilder.CreateTable(
                name: "metadata_values",
                columns: table => new
                {
                    trace_no = table.Column<long>(type: "INTEGER", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    project_id = table.Column<int>(type: "INTEGER", nullable: false),
                    value = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_metadata_values", x => new { x.trace_no, x.key });
                });

            migrationBuilder.CreateTable(
                name: "projects",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_projects", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rollups",
                columns: table => new
                {
                    project_id = table.Column<int>(type: "INTEGER", nullable: false),
                    bucket = table.Column<long>(type: "INTEGER", nullable: false),
                    seconds = table.Column<int>(type: "INTEGER", nullable: false),
                    environment = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<short>(type: "INTEGER", nullable: false),
                    provider = table.Column<string>(type: "TEXT", nullable: false),
                    model = table.Column<string>(type: "TEXT", nullable: false),
                    trace_name = table.Column<string>(type: "TEXT", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    errors = table.Column<long>(type: "INTEGER", nullable: false),
                    calls = table.Column<long>(type: "INTEGER", nullable: false),
                    unpriced = table.Column<long>(type: "INTEGER", nullable: false),
                    tokens_in = table.Column<long>(type: "INTEGER", nullable: false),
                    tokens_cached = table.Column<long>(type: "INTEGER", nullable: false),
                    tokens_out = table.Column<long>(type: "INTEGER", nullable: false),
                    cost = table.Column<long>(type: "INTEGER", nullable: false),
                    latency = table.Column<byte[]>(type: "BLOB", nullable: true),
                    ttft = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rollups", x => new { x.project_id, x.seconds, x.bucket, x.environment, x.kind, x.provider, x.model, x.trace_name });
                });

            migrationBuilder.CreateTable(
                name: "span_chunks",
                columns: table => new
                {
                    trace_no = table.Column<long>(type: "INTEGER", nullable: false),
                    span_id = table.Column<string>(type: "TEXT", nullable: false),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    text = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_span_chunks", x => new { x.trace_no, x.span_id, x.sequence });
                });

            migrationBuilder.CreateTable(
                name: "span_contents",
                columns: table => new
                {
                    trace_no = table.Column<long>(type: "INTEGER", nullable: false),
                    span_id = table.Column<string>(type: "TEXT", nullable: false),
                    content_day = table.Column<int>(type: "INTEGER", nullable: false),
                    input = table.Column<string>(type: "TEXT", nullable: true),
                    output = table.Column<string>(type: "TEXT", nullable: true),
                    attributes = table.Column<string>(type: "TEXT", nullable: true),
                    attribute_versions = table.Column<string>(type: "TEXT", nullable: true),
                    events = table.Column<string>(type: "TEXT", nullable: true),
                    links = table.Column<string>(type: "TEXT", nullable: true),
                    resource = table.Column<string>(type: "TEXT", nullable: true),
                    origin = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_span_contents", x => new { x.trace_no, x.span_id, x.content_day });
                });

            migrationBuilder.CreateTable(
                name: "spans",
                columns: table => new
                {
                    trace_no = table.Column<long>(type: "INTEGER", nullable: false),
                    span_id = table.Column<string>(type: "TEXT", nullable: false),
                    project_id = table.Column<int>(type: "INTEGER", nullable: false),
                    parent_span_id = table.Column<string>(type: "TEXT", nullable: true),
                    name = table.Column<string>(type: "TEXT", nullable: true),
                    kind = table.Column<short>(type: "INTEGER", nullable: false),
                    status = table.Column<short>(type: "INTEGER", nullable: false),
                    status_message = table.Column<string>(type: "TEXT", nullable: true),
                    error_type = table.Column<string>(type: "TEXT", nullable: true),
                    start_time = table.Column<long>(type: "INTEGER", nullable: true),
                    end_time = table.Column<long>(type: "INTEGER", nullable: true),
                    first_token_time = table.Column<long>(type: "INTEGER", nullable: true),
                    provider = table.Column<string>(type: "TEXT", nullable: true),
                    request_model = table.Column<string>(type: "TEXT", nullable: true),
                    response_model = table.Column<string>(type: "TEXT", nullable: true),
                    response_id = table.Column<string>(type: "TEXT", nullable: true),
                    tokens_input = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_cache_read = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_cache_write_5m = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_cache_write_1h = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_output = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_reasoning = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_input_audio = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_output_audio = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_input_image = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_output_image = table.Column<long>(type: "INTEGER", nullable: true),
                    usage_rule = table.Column<short>(type: "INTEGER", nullable: true),
                    reported_cost = table.Column<long>(type: "INTEGER", nullable: true),
                    cost = table.Column<long>(type: "INTEGER", nullable: true),
                    cost_source = table.Column<short>(type: "INTEGER", nullable: false),
                    price_key = table.Column<string>(type: "TEXT", nullable: true),
                    streaming = table.Column<bool>(type: "INTEGER", nullable: true),
                    finish_reason = table.Column<string>(type: "TEXT", nullable: true),
                    service_tier = table.Column<string>(type: "TEXT", nullable: true),
                    tool_name = table.Column<string>(type: "TEXT", nullable: true),
                    tool_call_id = table.Column<string>(type: "TEXT", nullable: true),
                    agent_name = table.Column<string>(type: "TEXT", nullable: true),
                    prompt_name = table.Column<string>(type: "TEXT", nullable: true),
                    prompt_version = table.Column<string>(type: "TEXT", nullable: true),
                    service_name = table.Column<string>(type: "TEXT", nullable: true),
                    counted = table.Column<bool>(type: "INTEGER", nullable: false),
                    received_at = table.Column<long>(type: "INTEGER", nullable: false),
                    content_day = table.Column<int>(type: "INTEGER", nullable: false),
                    fields = table.Column<long>(type: "INTEGER", nullable: false),
                    version_class = table.Column<short>(type: "INTEGER", nullable: false),
                    version_time = table.Column<long>(type: "INTEGER", nullable: false),
                    version_sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    field_versions = table.Column<byte[]>(type: "BLOB", nullable: true),
                    last_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_spans", x => new { x.trace_no, x.span_id });
                });

            migrationBuilder.CreateTable(
                name: "trace_keys",
                columns: table => new
                {
                    trace_no = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    project_id = table.Column<int>(type: "INTEGER", nullable: false),
                    trace_id = table.Column<string>(type: "TEXT", nullable: true),
                    deleted_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_trace_keys", x => x.trace_no);
                });

            migrationBuilder.CreateTable(
                name: "traces",
                columns: table => new
                {
                    trace_no = table.Column<long>(type: "INTEGER", nullable: false),
                    project_id = table.Column<int>(type: "INTEGER", nullable: false),
                    trace_id = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: true),
                    user_id = table.Column<string>(type: "TEXT", nullable: true),
                    session_id = table.Column<string>(type: "TEXT", nullable: true),
                    environment = table.Column<string>(type: "TEXT", nullable: false),
                    release = table.Column<string>(type: "TEXT", nullable: true),
                    app_version = table.Column<string>(type: "TEXT", nullable: true),
                    tags = table.Column<string>(type: "TEXT", nullable: true),
                    input_preview = table.Column<string>(type: "TEXT", nullable: true),
                    output_preview = table.Column<string>(type: "TEXT", nullable: true),
                    start_time = table.Column<long>(type: "INTEGER", nullable: false),
                    end_time = table.Column<long>(type: "INTEGER", nullable: true),
                    status = table.Column<short>(type: "INTEGER", nullable: false),
                    span_count = table.Column<int>(type: "INTEGER", nullable: false),
                    open_span_count = table.Column<int>(type: "INTEGER", nullable: false),
                    error_count = table.Column<int>(type: "INTEGER", nullable: false),
                    model_calls = table.Column<int>(type: "INTEGER", nullable: false),
                    unpriced_calls = table.Column<int>(type: "INTEGER", nullable: false),
                    tokens_in = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_cached = table.Column<long>(type: "INTEGER", nullable: true),
                    tokens_out = table.Column<long>(type: "INTEGER", nullable: true),
                    cost = table.Column<long>(type: "INTEGER", nullable: true),
                    ttft = table.Column<long>(type: "INTEGER", nullable: true),
                    model = table.Column<string>(type: "TEXT", nullable: true),
                    models = table.Column<string>(type: "TEXT", nullable: true),
                    provider = table.Column<string>(type: "TEXT", nullable: true),
                    search_text = table.Column<string>(type: "TEXT", nullable: true),
                    metadata = table.Column<string>(type: "TEXT", nullable: true),
                    own_state = table.Column<byte[]>(type: "BLOB", nullable: true),
                    version = table.Column<long>(type: "INTEGER", nullable: false),
                    received_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_activity = table.Column<long>(type: "INTEGER", nullable: false),
                    stale = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_traces", x => x.trace_no);
                });

            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    project_id = table.Column<int>(type: "INTEGER", nullable: false),
                    public_key = table.Column<string>(type: "TEXT", nullable: false),
                    secret_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_api_keys", x => x.id);
                    table.ForeignKey(
                        name: "FK_api_keys_projects_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_api_keys_project_id",
                table: "api_keys",
                column: "project_id");

            migrationBuilder.CreateIndex(
                name: "IX_api_keys_public_key",
                table: "api_keys",
                column: "public_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_api_keys_secret_hash",
                table: "api_keys",
                column: "secret_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_metadata_values_value",
                table: "metadata_values",
                columns: new[] { "project_id", "key", "value" });

            migrationBuilder.CreateIndex(
                name: "ix_spans_time",
                table: "spans",
                columns: new[] { "project_id", "start_time" });

            migrationBuilder.CreateIndex(
                name: "ix_trace_keys_id",
                table: "trace_keys",
                columns: new[] { "project_id", "trace_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_traces_session",
                table: "traces",
                columns: new[] { "project_id", "session_id", "start_time" },
                filter: "session_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_traces_stale",
                table: "traces",
                column: "trace_no",
                filter: "stale");

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

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "dirty_buckets");

            migrationBuilder.DropTable(
                name: "metadata_values");

            migrationBuilder.DropTable(
                name: "rollups");

            migrationBuilder.DropTable(
                name: "span_chunks");

            migrationBuilder.DropTable(
                name: "span_contents");

            migrationBuilder.DropTable(
                name: "spans");

            migrationBuilder.DropTable(
                name: "trace_keys");

            migrationBuilder.DropTable(
                name: "traces");

            migrationBuilder.DropTable(
                name: "projects");
        }
    }
}
