using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Releases;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Delivery;

/// <content>Releases and the one right to change an application.</content>
internal sealed partial class DeliveryStore
{
    public async Task<Release> StartReleaseAsync(NewRelease order, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var key = StoredText.Clean(order.DedupeKey);
        return await database.WriteAsync(
            async context =>
            {
                if (key is not null)
                {
                    await database.LockAsync(context, "release-key/" + key, cancellationToken);
                    if (await FindStartedAsync(context, key, cancellationToken) is { } started)
                    {
                        return started;
                    }
                }

                var application = order.Spec.Name;
                await LockApplicationAsync(context, application, cancellationToken);
                var state = await GetOrAddStateAsync(context, application, cancellationToken);
                if (state.Holder is not null && state.Purpose >= (int)order.Purpose)
                {
                    throw new DeliveryConflictException(
                        $"Application '{application}' is held by '{state.Holder}' ({(ArbiterPurpose)state.Purpose}) since {Ticks.ToTime(state.Since):u}; " +
                        "wait until it is over, or abort it.");
                }

                var number = 1 + (await context.Set<ReleaseRow>().Where(x => x.Application == application)
                    .MaxAsync(x => (int?)x.Number, cancellationToken) ?? 0);
                var row = new ReleaseRow
                {
                    Id = $"{application}-{number}",
                    Application = application,
                    Number = number,
                    Revision = order.Revision,
                    FromRevision = state.CurrentRevision,
                    Workflow = order.Workflow,
                    Status = (int)ReleaseStatus.Pending,
                    RequestedBy = StoredText.Clean(order.RequestedBy),
                    RequestedAt = at.UtcTicks,
                    Spec = StoredJson.Write(order.Spec),
                    Change = await ChangeAsync(context, order, state.Holder, $"{application}-{number}", at, cancellationToken),
                    DedupeKey = key,
                };
                context.Add(row);
                (state.Holder, state.Purpose, state.Epoch, state.Since) = (row.Id, (int)order.Purpose, state.Epoch + 1, at.UtcTicks);
                await context.SaveChangesAsync(cancellationToken);
                return ToRelease(row);
            },
            cancellationToken);
    }

    /// <summary>The change as it is kept: with the release that it ends.</summary>
    private static async Task<string?> ChangeAsync(
        KairshipDbContext context, NewRelease order, string? holder, string id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var ended = holder is not null && await EndAsync(context, holder, id, at, cancellationToken) ? holder : null;
        var change = ended is null ? order.Change : (order.Change ?? new PlacementChange(ReleaseKind.Release, $"It goes before {ended}.")) with { Preempted = ended };
        return change is null ? null : StoredText.Clean(StoredJson.Write(change));
    }

    /// <summary>False: who held the application was no release, or is over.</summary>
    private static async Task<bool> EndAsync(KairshipDbContext context, string holder, string by, DateTimeOffset at, CancellationToken cancellationToken) =>
        await context.Set<ReleaseRow>().Where(x => x.Id == holder && x.Status < (int)ReleaseStatus.Succeeded).ExecuteUpdateAsync(
            set => set.SetProperty(x => x.Status, (int)ReleaseStatus.Aborted).SetProperty(x => x.Reason, $"{by} goes before it.").SetProperty(x => x.FinishedAt, at.UtcTicks),
            cancellationToken) == 1;

    public Task<Release?> FindStartedReleaseAsync(string dedupeKey, CancellationToken cancellationToken)
    {
        var key = StoredText.Clean(dedupeKey);
        return database.ReadAsync(context => FindStartedAsync(context, key, cancellationToken));
    }

    public Task<Release?> GetReleaseAsync(string releaseId, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<ReleaseRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Id == releaseId, cancellationToken) is { } row ? ToRelease(row) : null);

    public Task<(IReadOnlyList<Release> Items, long Total)> ListReleasesAsync(string? application, int skip, int take, CancellationToken cancellationToken) =>
        database.ReadAsync<(IReadOnlyList<Release>, long)>(async context =>
        {
            var rows = context.Set<ReleaseRow>().AsNoTracking();
            if (application is not null)
            {
                rows = rows.Where(x => x.Application == application);
            }

            var total = await rows.LongCountAsync(cancellationToken);
            var page = await rows.OrderByDescending(x => x.RequestedAt).ThenByDescending(x => x.Number).ThenBy(x => x.Application)
                .Skip(Math.Max(0, skip)).Take(Math.Clamp(take, 0, Paging.MaxTake)).ToListAsync(cancellationToken);
            return ([.. page.Select(ToRelease)], total);
        });

    public Task SetReleaseInstanceAsync(string releaseId, string instanceId, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Set<ReleaseRow>().Where(x => x.Id == releaseId)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.InstanceId, instanceId), cancellationToken),
        cancellationToken);

    public Task<bool> SetReleaseStatusAsync(
        string releaseId, ReleaseStatus status, string? reason, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var isOver = status >= ReleaseStatus.Succeeded;
        // Why it went wrong was said when it began to go back; the end need not say it again.
        var keepsReason = reason is null && (status == ReleaseStatus.RollingBack || status > ReleaseStatus.Succeeded);
        var said = StoredText.Clean(reason);
        return database.WriteAsync(
            async context =>
            {
                var changed = await context.Set<ReleaseRow>().Where(x => x.Id == releaseId && x.Status < (int)ReleaseStatus.Succeeded).ExecuteUpdateAsync(
                    set => set.SetProperty(x => x.Status, (int)status)
                        .SetProperty(x => x.Reason, x => keepsReason ? x.Reason : said)
                        .SetProperty(x => x.FinishedAt, isOver ? at.UtcTicks : null),
                    cancellationToken);
                if (changed == 1 && isOver)
                {
                    await context.Set<ApplicationStateRow>().Where(x => x.Holder == releaseId)
                        .ExecuteUpdateAsync(set => set.SetProperty(x => x.Holder, (string?)null), cancellationToken);
                }

                return changed == 1;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<Release>> ListOrphanedReleasesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Release>>(async context =>
        {
            var rows = await context.Set<ReleaseRow>().AsNoTracking()
                .Where(x => x.InstanceId == null && x.Status < (int)ReleaseStatus.Succeeded).OrderBy(x => x.RequestedAt).ToListAsync(cancellationToken);
            return [.. rows.Select(ToRelease)];
        });

    public Task<ArbiterLease?> GetArbiterLeaseAsync(string application, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<ApplicationStateRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Application == application, cancellationToken)
            is { Holder: { } holder } state
            ? new ArbiterLease(application, holder, (ArbiterPurpose)state.Purpose, state.Epoch, Ticks.ToTime(state.Since))
            : null);

    private static async Task<Release?> FindStartedAsync(KairshipDbContext context, string key, CancellationToken cancellationToken) =>
        await context.Set<ReleaseRow>().AsNoTracking().SingleOrDefaultAsync(x => x.DedupeKey == key, cancellationToken) is { } row ? ToRelease(row) : null;

    /// <summary>Read with the application locked; a row that <see cref="SetCurrentRevisionAsync"/> or a release's end changes is locked too.</summary>
    private static async Task<ApplicationStateRow> GetOrAddStateAsync(KairshipDbContext context, string application, CancellationToken cancellationToken)
    {
        await context.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO application_states (application, purpose, epoch, since) VALUES ({application}, 0, 0, 0)
             ON CONFLICT (application) DO UPDATE SET application = excluded.application
             """,
            cancellationToken);
        return await context.Set<ApplicationStateRow>().SingleAsync(x => x.Application == application, cancellationToken);
    }

    private static Release ToRelease(ReleaseRow row) => new(
        row.Id, row.Application, row.Number, row.Revision, row.FromRevision, row.Workflow, row.InstanceId, (ReleaseStatus)row.Status, row.Reason,
        row.RequestedBy, Ticks.ToTime(row.RequestedAt), Ticks.ToTime(row.FinishedAt), StoredJson.Read<Application>(row.Spec))
    {
        Change = row.Change is { } change ? StoredJson.Read<PlacementChange>(change) : null,
    };
}
