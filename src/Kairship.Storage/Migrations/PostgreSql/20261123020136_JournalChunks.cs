using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kairship.Storage.Migrations.PostgreSql
{
    /// <summary>Journal lines of one commit in one row: what was a row for each line becomes one row for each instance. Fewer and smaller indexes.</summary>
    public partial class JournalChunks : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            DropIndexes(migrationBuilder);
            migrationBuilder.DropIndex(name: "ix_instances_owner", table: "instances");
            migrationBuilder.CreateTable(
                name: "journal_chunks",
                columns: table => new
                {
                    instance_id = table.Column<string>(type: "text", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false),
                    lines = table.Column<byte[]>(type: "bytea", nullable: false),
                },
                constraints: table => table.PrimaryKey("PK_journal_chunks", x => new { x.instance_id, x.sequence }));
            migrationBuilder.Sql("""
                INSERT INTO journal_chunks (instance_id, sequence, count, lines)
                SELECT instance_id, min(sequence), count(*)::integer, convert_to(json_agg(json_build_array(
                    sequence, at, activity_id, node_id, activity_type, execution_id, event, message, data) ORDER BY sequence)::text, 'UTF8')
                FROM journal GROUP BY instance_id;
                """);
            migrationBuilder.DropTable(name: "journal");
            migrationBuilder.CreateIndex("IX_instances_correlation_id", "instances", "correlation_id", filter: "correlation_id IS NOT NULL");
            migrationBuilder.CreateIndex("IX_instances_parent_instance_id", "instances", "parent_instance_id", filter: "parent_instance_id IS NOT NULL");
            migrationBuilder.CreateIndex("ix_instances_wake", "instances", ["wake_at", "owner"], filter: "wake_at IS NOT NULL AND quarantine_reason IS NULL");
        }

        /// <summary>The lines of the journal are lost.</summary>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            DropIndexes(migrationBuilder);
            migrationBuilder.DropTable(name: "journal_chunks");
            migrationBuilder.CreateTable(
                name: "journal",
                columns: table => new
                {
                    instance_id = table.Column<string>(type: "text", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    activity_id = table.Column<string>(type: "text", nullable: true),
                    node_id = table.Column<string>(type: "text", nullable: true),
                    activity_type = table.Column<string>(type: "text", nullable: true),
                    execution_id = table.Column<string>(type: "text", nullable: true),
                    @event = table.Column<string>(name: "event", type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: true),
                    data = table.Column<string>(type: "text", nullable: true),
                },
                constraints: table => table.PrimaryKey("PK_journal", x => new { x.instance_id, x.sequence }));
            migrationBuilder.CreateIndex("IX_instances_correlation_id", "instances", "correlation_id");
            migrationBuilder.CreateIndex("IX_instances_parent_instance_id", "instances", "parent_instance_id");
            migrationBuilder.CreateIndex("ix_instances_wake", "instances", "wake_at", filter: "wake_at IS NOT NULL AND quarantine_reason IS NULL");
            migrationBuilder.CreateIndex("ix_instances_owner", "instances", "owner", filter: "owner IS NOT NULL");
        }

        private static void DropIndexes(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "IX_instances_correlation_id", table: "instances");
            migrationBuilder.DropIndex(name: "IX_instances_parent_instance_id", table: "instances");
            migrationBuilder.DropIndex(name: "ix_instances_wake", table: "instances");
        }
    }
}
