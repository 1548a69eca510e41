using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Delivery;

internal static class DeliveryModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<ApplicationRow>(row => row.ToTable("applications").HasKey(x => x.Name));
        model.Entity<ApplicationStateRow>(row => row.ToTable("application_states").HasKey(x => x.Application));
        model.Entity<RevisionRow>(row =>
        {
            row.ToTable("revisions").HasKey(x => new { x.Application, x.Number });
            row.HasIndex(x => new { x.Application, x.Name }).IsUnique();
        });
        model.Entity<ReleaseRow>(row =>
        {
            row.ToTable("releases").HasKey(x => x.Id);
            row.HasIndex(x => new { x.Application, x.Number }).IsUnique();
            row.HasIndex(x => x.DedupeKey).IsUnique();
            row.HasIndex(x => x.RequestedAt);
            row.HasIndex(x => x.Status, "ix_releases_orphaned").HasFilter("instance_id IS NULL");
        });
        model.Entity<ReleaseClusterRow>(row => row.ToTable("release_clusters").HasKey(x => new { x.ReleaseId, x.Cluster }));
        model.Entity<ReleaseEventRow>(row =>
        {
            row.ToTable("release_events").HasKey(x => x.Position);
            row.HasIndex(x => new { x.ReleaseId, x.DedupeKey }).IsUnique();
        });
        model.Entity<PlanRow>(row => row.ToTable("plans").HasKey(x => x.ReleaseId));
        model.Entity<DriftRow>(row => row.ToTable("drift").HasKey(x => x.Application));
        model.Entity<ApprovalRow>(row =>
        {
            row.ToTable("approvals").HasKey(x => x.Id);
            row.HasIndex(x => new { x.Status, x.RequestedAt });
        });
    }
}
