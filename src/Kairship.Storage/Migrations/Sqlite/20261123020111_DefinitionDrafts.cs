using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kairship.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class DefinitionDrafts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // What is there was published once, or an instance may run by it.
            migrationBuilder.AddColumn<bool>(
                name: "is_frozen",
                table: "definitions",
                type: "INTEGER",
                nullable: false,
                defaultValue: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "is_frozen",
                table: "definitions");
        }
    }
}
