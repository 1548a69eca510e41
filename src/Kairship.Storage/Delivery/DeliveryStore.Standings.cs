using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Releases;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Delivery;

/// <content>What is asked of many applications at once, every second while something is wrong.</content>
internal sealed partial class DeliveryStore
{
    /// <summary>How the change of a failover begins as it is kept: its kind stands first.</summary>
    private const string FailoverBegins = "{\"kind\":\"Failover\"";
    private const int IdsAtOnce = 500;
    private const string Ends = """
        SELECT r.* FROM (
            SELECT a.name,
                COALESCE((SELECT s.number FROM releases s WHERE s.application = a.name AND s.status = {0} ORDER BY s.number DESC LIMIT 1), 0) AS stable,
                COALESCE((SELECT n.number FROM releases n WHERE n.application = a.name ORDER BY n.number DESC LIMIT 1), 0) AS newest
            FROM applications a
        """ + " ";
    private const string Wanted = """
        ) a
        JOIN releases r ON r.application = a.name AND r.number >= a.stable AND (r.number = a.stable OR r.number > a.newest - {1})
        """;

    public Task<IReadOnlyList<ApplicationStanding>> ListStandingsAsync(string? application, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync<IReadOnlyList<ApplicationStanding>>(
            async context =>
            {
                var all = application is null;
                if (all)
                {
                    memory.Begin();
                }

                var applications = await context.Set<ApplicationRow>().Where(x => application == null || x.Name == application).Select(x => new { x.Name, x.Spec }).ToListAsync(cancellationToken);
                var states = await context.Set<ApplicationStateRow>().AsNoTracking().Where(x => application == null || x.Application == application).ToDictionaryAsync(x => x.Application, cancellationToken);
                var specs = applications.ToDictionary(x => x.Name, x => memory.Application(x.Name, x.Spec, all));
                var releases = (await ReadAsync(context, SinceTheLastSuccess(context, application), all, cancellationToken)).ToLookup(r => r.Application);
                return
                [
                    .. specs.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => new ApplicationStanding(
                        x.Value, states.TryGetValue(x.Key, out var state) && state.Holder is not null ? new ArbiterLease(x.Key, state.Holder!, (ArbiterPurpose)state.Purpose, state.Epoch, Ticks.ToTime(state.Since)) : null,

                        // What was removed and has come again is nowhere, whatever one of its name had.
                        [.. releases[x.Key].Where(r => state?.CurrentRevision is not null || r.Status != ReleaseStatus.Succeeded).OrderByDescending(r => r.Number)])),
                ];
            },
            cancellationToken);

    public Task<IReadOnlyList<Release>> ListFailoversAsync(DateTimeOffset since, int limit, CancellationToken cancellationToken) => database.ReadSnapshotAsync<IReadOnlyList<Release>>(
        async context =>
        {
            var ticks = since.UtcTicks;
            var rows = context.Set<ReleaseRow>().Where(x => x.RequestedAt >= ticks && x.Change != null && x.Change.StartsWith(FailoverBegins)).OrderByDescending(x => x.RequestedAt).Take(limit);
            return [.. (await ReadAsync(context, rows, keep: true, cancellationToken)).OrderByDescending(r => r.RequestedAt).ThenByDescending(r => r.Number).ThenBy(r => r.Application, StringComparer.Ordinal)];
        },
        cancellationToken);

    public Task<IReadOnlyList<ReleaseCluster>> ListReleaseClustersAsync(IReadOnlyCollection<string> releaseIds, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ReleaseCluster>>(async context =>
        {
            var found = new List<ReleaseCluster>();
            foreach (var ids in releaseIds.Chunk(IdsAtOnce))
            {
                found.AddRange((await context.Set<ReleaseClusterRow>().AsNoTracking().Where(x => ids.Contains(x.ReleaseId)).ToListAsync(cancellationToken)).Select(ToCluster));
            }

            return found;
        });

    public Task<IReadOnlyList<ReleaseEvent>> ListLastEventsAsync(IReadOnlyCollection<string> releaseIds, IReadOnlyCollection<string> kinds, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ReleaseEvent>>(async context =>
        {
            var found = new List<ReleaseEvent>();
            foreach (var ids in releaseIds.Chunk(IdsAtOnce))
            {
                var rows = await context.Set<ReleaseEventRow>().Where(x => ids.Contains(x.ReleaseId) && kinds.Contains(x.Kind)).GroupBy(x => new { x.ReleaseId, x.Kind, x.Cluster })
                    .Select(g => new { g.Key.ReleaseId, g.Key.Kind, g.Key.Cluster, At = g.Max(x => x.At) }).ToListAsync(cancellationToken);
                found.AddRange(rows.Select(x => new ReleaseEvent(x.ReleaseId, Ticks.ToTime(x.At), x.Kind, x.Cluster, "")));
            }

            return found;
        });

    /// <summary>From each application two steps down its index, then only what is wanted: however long its history is.</summary>
    private static IQueryable<ReleaseRow> SinceTheLastSuccess(KairshipDbContext context, string? application)
    {
        var (succeeded, most, releases) = ((int)ReleaseStatus.Succeeded, ApplicationStanding.Most, context.Set<ReleaseRow>());
        return application is null ? releases.FromSqlRaw(Ends + Wanted, succeeded, most) : releases.FromSqlRaw(Ends + "WHERE a.name = {2}" + Wanted, succeeded, most, application);
    }

    /// <summary>What may change is read; what they were asked for with only where it is not remembered.</summary>
    private async Task<List<Release>> ReadAsync(KairshipDbContext context, IQueryable<ReleaseRow> wanted, bool keep, CancellationToken cancellationToken)
    {
        var rows = await wanted.AsNoTracking()
            .Select(x => new { x.Id, x.Application, x.Number, x.Revision, x.FromRevision, x.Workflow, x.InstanceId, x.Status, x.Reason, x.RequestedBy, x.RequestedAt, x.FinishedAt })
            .ToListAsync(cancellationToken);
        var asked = new Dictionary<string, AskedFor>(rows.Count, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (memory.Find(row.Id) is { } known)
            {
                asked[row.Id] = known;
            }
        }

        foreach (var ids in rows.Select(x => x.Id).Where(id => !asked.ContainsKey(id)).Chunk(IdsAtOnce))
        {
            foreach (var row in await context.Set<ReleaseRow>().Where(x => ids.Contains(x.Id)).Select(x => new { x.Id, x.Application, x.Spec, x.Change }).ToListAsync(cancellationToken))
            {
                asked[row.Id] = memory.Read(row.Id, row.Application, row.Spec, row.Change, keep);
            }
        }

        return rows.ConvertAll(x => new Release(
            x.Id, x.Application, x.Number, x.Revision, x.FromRevision, x.Workflow, x.InstanceId, (ReleaseStatus)x.Status, x.Reason, x.RequestedBy, Ticks.ToTime(x.RequestedAt), Ticks.ToTime(x.FinishedAt),
            asked[x.Id].Spec)
        {
            Change = asked[x.Id].Change,
        });
    }
}
