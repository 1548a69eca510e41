using System.Text;
using Kairship.Storage.Access;
using Kairship.Storage.Clusters;
using Kairship.Storage.Delivery;
using Kairship.Storage.Documents;
using Kairship.Storage.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Kairship.Storage.Database;

/// <summary>The model of all tables. One subclass a provider, because each has migrations of its own.</summary>
internal abstract class KairshipDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>The collation that compares texts byte by byte; null: every text is compared so.</summary>
    protected virtual string? ByteOrder => null;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        WorkflowModel.Configure(modelBuilder, ByteOrder);
        AccessModel.Configure(modelBuilder);
        DeliveryModel.Configure(modelBuilder);
        ClusterModel.Configure(modelBuilder);
        DocumentModel.Configure(modelBuilder);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(SnakeCase(property.Name));
        }
    }

    /// <summary>PostgreSQL folds unquoted names to lower case: with these, SQL needs no quotes on either database.</summary>
    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}

internal sealed class SqliteDbContext(DbContextOptions<SqliteDbContext> options) : KairshipDbContext(options);

internal sealed class PostgreSqlDbContext(DbContextOptions<PostgreSqlDbContext> options) : KairshipDbContext(options)
{
    protected override string? ByteOrder => "C";
}

/// <summary>Only for `dotnet ef migrations add`: nothing connects.</summary>
internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteDbContext>
{
    public SqliteDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite("Data Source=:memory:").Options);
}

/// <inheritdoc cref="SqliteDesign"/>
internal sealed class PostgreSqlDesign : IDesignTimeDbContextFactory<PostgreSqlDbContext>
{
    public PostgreSqlDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgreSqlDbContext>().UseNpgsql("Host=nowhere").Options);
}
