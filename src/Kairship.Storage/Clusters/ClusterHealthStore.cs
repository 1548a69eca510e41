using Kairship.Fleet.Health;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Clusters;

internal sealed class ClusterHealthStore(KairshipDatabase database) : IClusterHealthStore
{
    private const int ToNobody = 0;
    private const int ToWaits = 1;
    private const int ToAll = 2;
    private const string Claims = "cluster-health";

    /// <summary>Enough for a page; older ones are of interest to nobody.</summary>
    private const int KeptTransitions = 200;

    public Task<IReadOnlyList<ClusterReport>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ClusterReport>>(async context =>
    {
        var found = await context.Set<ClusterHealthRow>().AsNoTracking().Where(x => x.Report != null).Select(x => x.Report!).ToListAsync(cancellationToken);
        return [.. found.Select(StoredJson.Read<ClusterReport>).OrderBy(r => r.Cluster, StringComparer.Ordinal)];
    });

    public Task<ClusterReport?> GetAsync(string cluster, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<ClusterHealthRow>().AsNoTracking().Where(x => x.Cluster == cluster).Select(x => x.Report).SingleOrDefaultAsync(cancellationToken) is { } report
            ? StoredJson.Read<ClusterReport>(report)
            : null);

    public Task SaveAsync(IReadOnlyList<ClusterReport> reports, CancellationToken cancellationToken) => reports.Count == 0 ? Task.CompletedTask : database.WriteAsync(
        async context =>
        {
            // In the order of their names, so that two nodes never wait for each other.
            foreach (var report in reports.OrderBy(r => r.Cluster, StringComparer.Ordinal))
            {
                var json = StoredText.Clean(StoredJson.Write(report));
                await context.Set<ClusterHealthRow>().Where(x => x.Cluster == report.Cluster && x.Transition <= report.Transition)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.Report, json), cancellationToken);
            }

            return true;
        },
        cancellationToken);

    public Task<bool> CommitAsync(ClusterTransition transition, ClusterReport report, bool isAnnounced, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, $"{Claims}/" + transition.Cluster, cancellationToken);
            var row = await FindAsync(context, transition.Cluster, cancellationToken);
            if (row is null)
            {
                // Another node may be about to claim it, and adds the same row.
                await database.LockAsync(context, Claims, cancellationToken);
                row = await FindAsync(context, transition.Cluster, cancellationToken);
            }

            if (row is null)
            {
                row = new ClusterHealthRow { Cluster = transition.Cluster };
                context.Add(row);
            }

            if (row.Transition + 1 != transition.Number)
            {
                return false;
            }

            row.Transition = transition.Number;
            row.Report = StoredText.Clean(StoredJson.Write(report));
            context.Add(new ClusterTransitionRow
            {
                Cluster = transition.Cluster,
                Number = transition.Number,
                FromStatus = transition.From?.ToString(),
                ToStatus = transition.To.ToString(),
                Reason = StoredText.Clean(transition.Reason),
                Message = StoredText.Clean(transition.Message),
                At = transition.At.UtcTicks,
                Announced = isAnnounced ? ToAll : ToNobody,
            });
            await context.SaveChangesAsync(cancellationToken);
            await context.Set<ClusterTransitionRow>().Where(x => x.Cluster == transition.Cluster && x.Number <= transition.Number - KeptTransitions && x.Announced == ToAll)
                .ExecuteDeleteAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<PendingAnnouncement>> UnannouncedAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<PendingAnnouncement>>(async context =>
    {
        var rows = await context.Set<ClusterTransitionRow>().AsNoTracking().Where(x => x.Announced < ToAll).ToListAsync(cancellationToken);
        return [.. rows.OrderBy(x => x.Cluster, StringComparer.Ordinal).ThenBy(x => x.Number).Select(x => new PendingAnnouncement(ToTransition(x), x.Announced == ToWaits))];
    });

    public Task MarkAnnouncedAsync(string cluster, long number, bool all, CancellationToken cancellationToken) => database.WriteAsync(
        context =>
        {
            var step = all ? ToAll : ToWaits;
            return context.Set<ClusterTransitionRow>().Where(x => x.Cluster == cluster && x.Number == number && x.Announced < step)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.Announced, step), cancellationToken);
        },
        cancellationToken);

    public Task<IReadOnlyList<ClusterTransition>> HistoryAsync(string cluster, int take, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ClusterTransition>>(async context =>
    {
        var rows = await context.Set<ClusterTransitionRow>().AsNoTracking().Where(x => x.Cluster == cluster).OrderByDescending(x => x.Number).Take(take).ToListAsync(cancellationToken);
        return [.. rows.Select(ToTransition)];
    });

    public Task<IReadOnlySet<string>> ClaimAsync(string owner, IReadOnlyCollection<string> clusters, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlySet<string>>(
            async context =>
            {
                await database.LockAsync(context, Claims, cancellationToken);
                var rows = await context.Set<ClusterHealthRow>().ToListAsync(cancellationToken);
                var known = rows.ToDictionary(x => x.Cluster, StringComparer.Ordinal);
                var mine = new HashSet<string>(StringComparer.Ordinal);
                foreach (var cluster in clusters.Order(StringComparer.Ordinal))
                {
                    if (!known.TryGetValue(cluster, out var row))
                    {
                        row = new ClusterHealthRow { Cluster = cluster };
                        context.Add(row);
                    }

                    if (row.Owner is null || row.Owner == owner || row.LeaseUntil < now.UtcTicks)
                    {
                        (row.Owner, row.LeaseUntil) = (owner, until.UtcTicks);
                        mine.Add(cluster);
                    }
                }

                await context.SaveChangesAsync(cancellationToken);
                return mine;
            },
            cancellationToken);

    public Task ReleaseAsync(string owner, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Set<ClusterHealthRow>().Where(x => x.Owner == owner).ExecuteUpdateAsync(set => set.SetProperty(x => x.Owner, (string?)null), cancellationToken),
        cancellationToken);

    public Task ForgetAsync(string cluster, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Set<ClusterHealthRow>().Where(x => x.Cluster == cluster).ExecuteUpdateAsync(set => set.SetProperty(x => x.Report, (string?)null), cancellationToken),
        cancellationToken);

    private static Task<ClusterHealthRow?> FindAsync(DbContext context, string cluster, CancellationToken cancellationToken) =>
        context.Set<ClusterHealthRow>().SingleOrDefaultAsync(x => x.Cluster == cluster, cancellationToken);

    private static ClusterTransition ToTransition(ClusterTransitionRow row) => new(
        row.Cluster, row.Number, row.FromStatus is { } from ? Enum.Parse<ConditionStatus>(from) : null, Enum.Parse<ConditionStatus>(row.ToStatus), row.Reason, row.Message, Ticks.ToTime(row.At));
}
