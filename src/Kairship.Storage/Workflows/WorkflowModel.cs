using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Workflows;

/// <summary>Tables of the engine. The hot path addresses them by these names in SQL (<see cref="WorkflowSql"/>).</summary>
internal static class WorkflowModel
{
    public static void Configure(ModelBuilder model, string? byteOrder)
    {
        model.Entity<DefinitionRow>(row =>
        {
            row.ToTable("definitions").HasKey(x => x.VersionId);
            row.Property(x => x.NameKey).UseCollation(byteOrder);
            row.Property(x => x.SearchText).UseCollation(byteOrder);
            row.HasIndex(x => new { x.DefinitionId, x.Version });
            row.HasIndex(x => x.DefinitionId, "ix_definitions_latest").IsUnique().HasFilter("is_latest");
            row.HasIndex(x => x.DefinitionId, "ix_definitions_published").IsUnique().HasFilter("is_published");
            // Marks stand in the indexes that lists walk through, also where a condition implies them: SQLite then need not look at the rows.
            row.HasIndex(x => new { x.CreatedAt, x.Version, x.VersionId, x.IsLatest, x.IsPublished, x.IsSystem, x.IsReadonly }, "ix_definitions_created");
            row.HasIndex(x => new { x.CreatedAt, x.Version, x.VersionId, x.IsLatest, x.IsPublished, x.IsSystem, x.IsReadonly }, "ix_definitions_latest_created").HasFilter("is_latest");
            row.HasIndex(x => new { x.NameKey, x.DefinitionId, x.Version, x.VersionId, x.IsLatest, x.IsPublished, x.IsSystem, x.IsReadonly }, "ix_definitions_latest_name").HasFilter("is_latest");
            row.HasIndex(x => x.DefinitionId, "ix_definitions_system").HasFilter("is_system AND is_latest");
        });
        model.Entity<TriggerRow>(row =>
        {
            row.ToTable("triggers").HasKey(x => new { x.DefinitionId, x.ActivityId, x.StimulusHash });
            row.HasIndex(x => x.StimulusHash);
            row.HasIndex(x => x.StimulusName);
        });
        model.Entity<InstanceRow>(row =>
        {
            row.ToTable("instances").HasKey(x => x.Id);
            row.Property(x => x.ListText).UseCollation(byteOrder);
            row.Property(x => x.IsQuarantined).HasDefaultValue(false);
            // Who is held has a time to wake at: this index answers the sweep and finds what an owner held.
            row.HasIndex(x => new { x.WakeAt, x.Owner }, "ix_instances_wake").HasFilter("wake_at IS NOT NULL AND quarantine_reason IS NULL");
            // What lists filter and order by, so that they never walk through the wide rows.
            row.HasIndex(
                x => new { x.CreatedAt, x.Id, x.Status, x.DefinitionId, x.DefinitionVersion, x.IncidentCount, x.IsQuarantined, x.UpdatedAt, x.FinishedAt, x.ListText },
                "ix_instances_list");
            row.HasIndex(x => new { x.UpdatedAt, x.Id }, "ix_instances_updated");
            row.HasIndex(x => new { x.ListText, x.Id }, "ix_instances_name");
            row.HasIndex(x => x.DefinitionId);
            row.HasIndex(x => x.CorrelationId).HasFilter("correlation_id IS NOT NULL");
            row.HasIndex(x => x.ParentInstanceId).HasFilter("parent_instance_id IS NOT NULL");
        });
        model.Entity<StartKeyRow>(row => row.ToTable("start_keys").HasKey(x => x.Key));
        model.Entity<InboxRow>(row =>
        {
            row.ToTable("inbox").HasKey(x => x.Id);
            row.HasIndex(x => new { x.InstanceId, x.DedupeKey }).IsUnique();
            row.HasIndex(x => new { x.InstanceId, x.Id }, "ix_inbox_waiting").HasFilter("NOT consumed");
        });
        model.Entity<BookmarkRow>(row =>
        {
            row.ToTable("bookmarks").HasKey(x => new { x.InstanceId, x.Id });
            row.HasIndex(x => x.StimulusHash);
            row.HasIndex(x => new { x.StimulusName, x.InstanceId, x.Id });
        });
        model.Entity<OutboxRow>(row =>
        {
            row.ToTable("outbox").HasKey(x => x.Position);
            row.HasIndex(x => x.Id).IsUnique();
        });
        model.Entity<JournalRow>(row => row.ToTable("journal_chunks").HasKey(x => new { x.InstanceId, x.Sequence }));
    }
}
