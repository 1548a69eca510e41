using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kairship.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Lists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_instances_created_at_id",
                table: "instances");

            migrationBuilder.AddColumn<bool>(
                name: "is_quarantined",
                table: "instances",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "list_text",
                table: "instances",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "is_readonly",
                table: "definitions",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "is_system",
                table: "definitions",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "name_key",
                table: "definitions",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "search_text",
                table: "definitions",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            // As far as SQL can say it: a row's next save or commit makes these texts as ListText does.
            migrationBuilder.Sql("""
                UPDATE definitions SET name_key = lower(coalesce(name, '')),
                    search_text = lower(coalesce(name, '')) || char(1) || lower(definition_id) || char(1) || lower(coalesce(description, '')),
                    is_readonly = json LIKE '%"isReadonly":true%',
                    is_system = json LIKE '%"isSystem":true%';
                UPDATE instances SET is_quarantined = quarantine_reason IS NOT NULL, list_text =
                    lower(substr(coalesce(name, ''), 1, 100) || char(1) || substr(id, 1, 100) || char(1) || substr(coalesce(correlation_id, ''), 1, 200));
                """);

            migrationBuilder.CreateIndex(
                name: "ix_instances_list",
                table: "instances",
                columns: new[] { "created_at", "id", "status", "definition_id", "definition_version", "incident_count", "is_quarantined", "updated_at", "finished_at", "list_text" });

            migrationBuilder.CreateIndex(
                name: "ix_instances_name",
                table: "instances",
                columns: new[] { "list_text", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_instances_updated",
                table: "instances",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_definitions_created",
                table: "definitions",
                columns: new[] { "created_at", "version", "version_id", "is_latest", "is_published", "is_system", "is_readonly" });

            migrationBuilder.CreateIndex(
                name: "ix_definitions_latest_created",
                table: "definitions",
                columns: new[] { "created_at", "version", "version_id", "is_latest", "is_published", "is_system", "is_readonly" },
                filter: "is_latest");

            migrationBuilder.CreateIndex(
                name: "ix_definitions_latest_name",
                table: "definitions",
                columns: new[] { "name_key", "definition_id", "version", "version_id", "is_latest", "is_published", "is_system", "is_readonly" },
                filter: "is_latest");

            migrationBuilder.CreateIndex(
                name: "ix_definitions_system",
                table: "definitions",
                column: "definition_id",
                filter: "is_system AND is_latest");

            migrationBuilder.CreateIndex(
                name: "IX_bookmarks_stimulus_name_instance_id_id",
                table: "bookmarks",
                columns: new[] { "stimulus_name", "instance_id", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_instances_list",
                table: "instances");

            migrationBuilder.DropIndex(
                name: "ix_instances_name",
                table: "instances");

            migrationBuilder.DropIndex(
                name: "ix_instances_updated",
                table: "instances");

            migrationBuilder.DropIndex(
                name: "ix_definitions_created",
                table: "definitions");

            migrationBuilder.DropIndex(
                name: "ix_definitions_latest_created",
                table: "definitions");

            migrationBuilder.DropIndex(
                name: "ix_definitions_latest_name",
                table: "definitions");

            migrationBuilder.DropIndex(
                name: "ix_definitions_system",
                table: "definitions");

            migrationBuilder.DropIndex(
                name: "IX_bookmarks_stimulus_name_instance_id_id",
                table: "bookmarks");

            migrationBuilder.DropColumn(
                name: "is_quarantined",
                table: "instances");

            migrationBuilder.DropColumn(
                name: "list_text",
                table: "instances");

            migrationBuilder.DropColumn(
                name: "is_readonly",
                table: "definitions");

            migrationBuilder.DropColumn(
                name: "is_system",
                table: "definitions");

            migrationBuilder.DropColumn(
                name: "name_key",
                table: "definitions");

            migrationBuilder.DropColumn(
                name: "search_text",
                table: "definitions");

            migrationBuilder.CreateIndex(
                name: "IX_instances_created_at_id",
                table: "instances",
                columns: new[] { "created_at", "id" });
        }
    }
}
