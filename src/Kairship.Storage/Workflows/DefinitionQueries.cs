using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Workflows;

internal sealed class DefinitionQueries(KairshipDatabase database)
{
    public Task SaveAsync(DefinitionRecord definition, IReadOnlyList<TriggerRecord> triggers, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "definition/" + definition.DefinitionId, cancellationToken);
            var versions = context.Set<DefinitionRow>();
            await versions.Where(x => x.VersionId == definition.VersionId).ExecuteDeleteAsync(cancellationToken);
            var others = versions.Where(x => x.DefinitionId == definition.DefinitionId);
            if (definition.IsLatest)
            {
                await others.Where(x => x.IsLatest).ExecuteUpdateAsync(set => set.SetProperty(x => x.IsLatest, false), cancellationToken);
            }

            if (definition.IsPublished)
            {
                await others.Where(x => x.IsPublished).ExecuteUpdateAsync(set => set.SetProperty(x => x.IsPublished, false), cancellationToken);
            }

            versions.Add(ToRow(definition));
            await TriggerQueries.ReplaceAsync(context, definition, triggers, cancellationToken);
            return await context.SaveChangesAsync(cancellationToken);
        },
        cancellationToken);

    public Task<DefinitionRecord?> GetVersionAsync(string versionId, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        ToRecord(await context.Set<DefinitionRow>().AsNoTracking().SingleOrDefaultAsync(x => x.VersionId == versionId, cancellationToken)));

    public Task<DefinitionRecord?> FindAsync(string definitionId, VersionOption option, CancellationToken cancellationToken) =>
        database.ReadAsync(async context =>
        {
            var versions = context.Set<DefinitionRow>().AsNoTracking().Where(x => x.DefinitionId == definitionId);
            versions = option.Number is { } number
                ? versions.Where(x => x.Version == number)
                : versions.Where(x => (option.Published && x.IsPublished) || (option.Latest && x.IsLatest));
            return ToRecord(await versions.OrderByDescending(x => x.IsPublished).ThenByDescending(x => x.CreatedAt).FirstOrDefaultAsync(cancellationToken));
        });

    public Task<Page<DefinitionRecord>> ListAsync(DefinitionFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        database.ReadAsync(context =>
        {
            var versions = context.Set<DefinitionRow>().AsNoTracking();
            if (filter.DefinitionId is { } definitionId)
            {
                versions = versions.Where(x => x.DefinitionId == definitionId);
            }

            if (filter.Latest is { } latest)
            {
                versions = versions.Where(x => x.IsLatest == latest);
            }

            if (filter.Published is { } published)
            {
                versions = versions.Where(x => x.IsPublished == published);
            }

            if (StoredText.Clean(filter.Search)?.ToLowerInvariant() is { Length: > 0 } search)
            {
#pragma warning disable CA1862, MA0011 // Translated to SQL, where lower() is what both databases have.
                versions = versions.Where(x =>
                    x.DefinitionId.ToLower().Contains(search) || x.Name!.ToLower().Contains(search) || x.Description!.ToLower().Contains(search));
#pragma warning restore CA1862, MA0011
            }

            return versions.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.Version).ThenBy(x => x.VersionId)
                .PageAsync(page, row => ToRecord(row)!, cancellationToken);
        });

    public Task<bool> DeleteAsync(string definitionId, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "definition/" + definitionId, cancellationToken);
            var unfinished = await context.Set<InstanceRow>()
                .CountAsync(x => x.DefinitionId == definitionId && x.FinishedAt == null, cancellationToken);
            if (unfinished > 0)
            {
                throw new InvalidOperationException(
                    $"Definition '{definitionId}' has {unfinished} unfinished instance(s); cancel them or let them finish before deleting it.");
            }

            await context.Set<TriggerRow>().Where(x => x.DefinitionId == definitionId).ExecuteDeleteAsync(cancellationToken);
            return await context.Set<DefinitionRow>().Where(x => x.DefinitionId == definitionId).ExecuteDeleteAsync(cancellationToken) > 0;
        },
        cancellationToken);

    private static DefinitionRow ToRow(DefinitionRecord definition) => new()
    {
        VersionId = definition.VersionId,
        DefinitionId = definition.DefinitionId,
        Version = definition.Version,
        Name = StoredText.Clean(definition.Name),
        Description = StoredText.Clean(definition.Description),
        IsLatest = definition.IsLatest,
        IsPublished = definition.IsPublished,
        ContentHash = definition.ContentHash,
        Json = StoredText.Clean(definition.Json),
        CreatedAt = definition.CreatedAt.UtcTicks,
    };

    private static DefinitionRecord? ToRecord(DefinitionRow? row) => row is null ? null : new(
        row.VersionId, row.DefinitionId, row.Version, row.Name, row.Description, row.IsLatest, row.IsPublished, row.ContentHash, row.Json,
        Ticks.ToTime(row.CreatedAt));
}
