using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kairship.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ClusterHealth : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "cluster_health",
                columns: table => new
                {
                    cluster = table.Column<string>(type: "TEXT", nullable: false),
                    report = table.Column<string>(type: "TEXT", nullable: true),
                    transition = table.Column<long>(type: "INTEGER", nullable: false),
                    owner = table.Column<string>(type: "TEXT", nullable: true),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_cluster_health", x => x.cluster);
                });

            migrationBuilder.CreateTable(
                name: "cluster_transitions",
                columns: table => new
                {
                    cluster = table.Column<string>(type: "TEXT", nullable: false),
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    from_status = table.Column<string>(type: "TEXT", nullable: true),
                    to_status = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false),
                    message = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    announced = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_cluster_transitions", x => new { x.cluster, x.number });
                });

            migrationBuilder.CreateIndex(
                name: "ix_cluster_transitions_announced",
                table: "cluster_transitions",
                column: "announced");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "cluster_health");

            migrationBuilder.DropTable(
                name: "cluster_transitions");
        }
    }
}
