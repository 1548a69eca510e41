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
            await SaveOneAsync(context, definition, triggers, cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<DefinitionCommitOutcome> CommitAsync(DefinitionCommit commit, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "definition/" + commit.DefinitionId, cancellationToken);
            var versions = context.Set<DefinitionRow>().Where(x => x.DefinitionId == commit.DefinitionId);
            if (await HeadAsync(versions, cancellationToken) != commit.Expected)
            {
                return DefinitionCommitOutcome.Conflict;
            }

            if (commit.Deleted is { } unwanted && (await Pins(context, commit.DefinitionId).AnyAsync(x => x.DefinitionVersionId == unwanted, cancellationToken)
                || await Uses(context, commit.DefinitionId, versions.Where(x => x.VersionId == unwanted)).AnyAsync(cancellationToken)))
            {
                return DefinitionCommitOutcome.InUse;
            }

            if (commit.Saved is { } saved)
            {
                await SaveOneAsync(context, saved, commit.Starts, cancellationToken);
            }

            if (commit.Deleted is { } deleted)
            {
                await context.Set<TriggerRow>().Where(x => x.DefinitionId == commit.DefinitionId && x.VersionId == deleted).ExecuteDeleteAsync(cancellationToken);
                await versions.Where(x => x.VersionId == deleted).ExecuteDeleteAsync(cancellationToken);
                await KeepOneLatestAsync(versions, cancellationToken);
            }

            return DefinitionCommitOutcome.Committed;
        },
        cancellationToken);

    public Task<DefinitionRecord?> GetVersionAsync(string versionId, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        DefinitionRows.ToRecord(await context.Set<DefinitionRow>().AsNoTracking().SingleOrDefaultAsync(x => x.VersionId == versionId, cancellationToken)));

    public Task<DefinitionRecord?> FindAsync(string definitionId, VersionOption option, CancellationToken cancellationToken) =>
        database.ReadAsync(async context =>
        {
            var versions = context.Set<DefinitionRow>().AsNoTracking().Where(x => x.DefinitionId == definitionId);
            versions = option.Number is { } number
                ? versions.Where(x => x.Version == number)
                : versions.Where(x => (option.Published && x.IsPublished) || (option.Latest && x.IsLatest));
            return DefinitionRows.ToRecord(await versions.OrderByDescending(x => x.IsPublished).ThenByDescending(x => x.CreatedAt).FirstOrDefaultAsync(cancellationToken));
        });

    public Task<Page<DefinitionRecord>> ListAsync(DefinitionFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync(context => DefinitionListing.ListAsync(context, filter, page, cancellationToken), cancellationToken);

    public Task<DefinitionDeletion> DeleteAsync(string definitionId, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "definition/" + definitionId, cancellationToken);
            if (await Pins(context, definitionId).AnyAsync(cancellationToken)
                || await Uses(context, definitionId, context.Set<DefinitionRow>().Where(x => x.DefinitionId == definitionId)).AnyAsync(cancellationToken))
            {
                return DefinitionDeletion.InUse;
            }

            await context.Set<TriggerRow>().Where(x => x.DefinitionId == definitionId).ExecuteDeleteAsync(cancellationToken);
            return await context.Set<DefinitionRow>().Where(x => x.DefinitionId == definitionId).ExecuteDeleteAsync(cancellationToken) > 0
                ? DefinitionDeletion.Deleted
                : DefinitionDeletion.NotFound;
        },
        cancellationToken);

    private static async Task SaveOneAsync(
        KairshipDbContext context, DefinitionRecord definition, IReadOnlyList<TriggerRecord> triggers, CancellationToken cancellationToken)
    {
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

        versions.Add(DefinitionRows.ToRow(definition));
        await TriggerQueries.ReplaceAsync(context, definition, triggers, cancellationToken);
        await context.SaveChangesAsync(cancellationToken);
    }

    private static async Task<DefinitionHead> HeadAsync(IQueryable<DefinitionRow> versions, CancellationToken cancellationToken)
    {
        var latest = await versions.Where(x => x.IsLatest).Select(x => new { x.VersionId, x.ContentHash, x.IsFrozen }).SingleOrDefaultAsync(cancellationToken);
        var published = await versions.Where(x => x.IsPublished).Select(x => x.VersionId).SingleOrDefaultAsync(cancellationToken);
        return new DefinitionHead(latest?.VersionId, latest?.ContentHash, latest?.IsFrozen == true, published);
    }

    private static async Task KeepOneLatestAsync(IQueryable<DefinitionRow> versions, CancellationToken cancellationToken)
    {
        if (!await versions.AnyAsync(x => x.IsLatest, cancellationToken)
            && await versions.OrderByDescending(x => x.Version).Select(x => x.VersionId).FirstOrDefaultAsync(cancellationToken) is { } newest)
        {
            await versions.Where(x => x.VersionId == newest).ExecuteUpdateAsync(set => set.SetProperty(x => x.IsLatest, true), cancellationToken);
        }
    }

    /// <summary>Instances that still need the version that they run by: those that are not over, and faulted ones, which may be retried.</summary>
    private static IQueryable<InstanceRow> Pins(KairshipDbContext context, string definitionId)
    {
        var (finished, cancelled) = ((int)InstanceStatus.Finished, (int)InstanceStatus.Cancelled);
        return context.Set<InstanceRow>().Where(x => x.DefinitionId == definitionId && x.Status != finished && x.Status != cancelled);
    }

    /// <summary>Versions of other definitions that use one of these as an activity (its id stands in their document) and may still run.</summary>
    private static IQueryable<DefinitionRow> Uses(KairshipDbContext context, string definitionId, IQueryable<DefinitionRow> used)
    {
        var (finished, cancelled) = ((int)InstanceStatus.Finished, (int)InstanceStatus.Cancelled);
        return context.Set<DefinitionRow>().Where(x => x.DefinitionId != definitionId && used.Any(u => x.Json.Contains(u.VersionId))
            && (x.IsLatest || x.IsPublished || context.Set<InstanceRow>().Any(i => i.DefinitionId == x.DefinitionId && i.DefinitionVersionId == x.VersionId && i.Status != finished && i.Status != cancelled)));
    }
}
