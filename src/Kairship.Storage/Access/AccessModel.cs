using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Access;

/// <summary>Tables of who may do what, and who did.</summary>
internal static class AccessModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<KeyRow>(row =>
        {
            row.ToTable("api_keys").HasKey(x => x.Id);
            row.HasIndex(x => x.Name, "ix_api_keys_name").IsUnique().HasFilter("revoked_at IS NULL");
        });
        model.Entity<WebhookRow>(row => row.ToTable("webhooks").HasKey(x => x.Name));
        model.Entity<AuditRow>(row => row.ToTable("audit").HasKey(x => x.Sequence));
    }
}
