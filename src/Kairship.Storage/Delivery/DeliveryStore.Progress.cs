using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Delivery;

/// <content>What a release says of itself: its plan, its clusters, its story.</content>
internal sealed partial class DeliveryStore
{
    public Task SaveReleaseClusterAsync(ReleaseCluster state, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            if (await UpdateClusterAsync(context, state, cancellationToken) == 1)
            {
                return true;
            }

            await database.LockAsync(context, "release/" + state.ReleaseId, cancellationToken);
            if (await UpdateClusterAsync(context, state, cancellationToken) == 0)
            {
                var position = await context.Set<ReleaseClusterRow>().CountAsync(x => x.ReleaseId == state.ReleaseId, cancellationToken);
                context.Add(new ReleaseClusterRow
                {
                    ReleaseId = state.ReleaseId,
                    Cluster = state.Cluster,
                    Position = position,
                    Wave = state.Wave,
                    Phase = (int)state.Phase,
                    Weight = state.Weight,
                    Ready = state.Ready,
                    Desired = state.Desired,
                    Health = StoredText.Clean(state.Health),
                    Message = StoredText.Clean(state.Message),
                    UpdatedAt = state.UpdatedAt.UtcTicks,
                });
                await context.SaveChangesAsync(cancellationToken);
            }

            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<ReleaseCluster>> ListReleaseClustersAsync(string releaseId, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ReleaseCluster>>(async context =>
        {
            var rows = await context.Set<ReleaseClusterRow>().AsNoTracking().Where(x => x.ReleaseId == releaseId).ToListAsync(cancellationToken);
            return
            [
                .. rows.GroupBy(x => x.Wave, StringComparer.Ordinal).OrderBy(wave => wave.Min(x => x.Position))
                    .SelectMany(wave => wave.OrderBy(x => x.Cluster, StringComparer.Ordinal)).Select(ToCluster),
            ];
        });

    public Task AddReleaseEventAsync(ReleaseEvent line, string dedupeKey, CancellationToken cancellationToken)
    {
        var (key, message, at) = (StoredText.Clean(dedupeKey), StoredText.Clean(line.Message), line.At.UtcTicks);
        return database.WriteAsync(
            context => context.Database.ExecuteSqlAsync(
                $"""
                 INSERT INTO release_events (release_id, dedupe_key, at, kind, cluster, message)
                 VALUES ({line.ReleaseId}, {key}, {at}, {line.Kind}, {line.Cluster}, {message}) ON CONFLICT DO NOTHING
                 """,
                cancellationToken),
            cancellationToken);
    }

    /// <summary>The newest ones, oldest first.</summary>
    public Task<IReadOnlyList<ReleaseEvent>> ListReleaseEventsAsync(string releaseId, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ReleaseEvent>>(async context =>
        {
            var rows = await context.Set<ReleaseEventRow>().AsNoTracking().Where(x => x.ReleaseId == releaseId)
                .OrderByDescending(x => x.Position).Take(limit).ToListAsync(cancellationToken);
            return [.. Enumerable.Reverse(rows).Select(x => new ReleaseEvent(x.ReleaseId, Ticks.ToTime(x.At), x.Kind, x.Cluster, x.Message))];
        });

    public Task SavePlanAsync(string releaseId, Plan plan, CancellationToken cancellationToken)
    {
        var (body, over) = (StoredJson.Write(plan), (int)ReleaseStatus.Succeeded);
        return database.WriteAsync(
            context => context.Database.ExecuteSqlAsync(
                $"""
                 INSERT INTO plans (release_id, body) VALUES ({releaseId}, {body}) ON CONFLICT (release_id) DO UPDATE SET body = excluded.body
                 WHERE NOT EXISTS (SELECT 1 FROM releases r WHERE r.id = excluded.release_id AND r.status >= {over})
                 """,
                cancellationToken),
            cancellationToken);
    }

    public Task<Plan?> GetPlanAsync(string releaseId, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<PlanRow>().Where(x => x.ReleaseId == releaseId).Select(x => x.Body).SingleOrDefaultAsync(cancellationToken) is { } body
            ? StoredJson.Read<Plan>(body)
            : null);

    private static ReleaseCluster ToCluster(ReleaseClusterRow x) =>
        new(x.ReleaseId, x.Cluster, x.Wave, (ClusterPhase)x.Phase, x.Weight, x.Ready, x.Desired, x.Health, x.Message, Ticks.ToTime(x.UpdatedAt));

    private static Task<int> UpdateClusterAsync(KairshipDbContext context, ReleaseCluster state, CancellationToken cancellationToken)
    {
        var (health, message) = (StoredText.Clean(state.Health), StoredText.Clean(state.Message));
        return context.Set<ReleaseClusterRow>().Where(x => x.ReleaseId == state.ReleaseId && x.Cluster == state.Cluster).ExecuteUpdateAsync(
            set => set.SetProperty(x => x.Wave, state.Wave).SetProperty(x => x.Phase, (int)state.Phase).SetProperty(x => x.Weight, state.Weight)
                .SetProperty(x => x.Ready, state.Ready).SetProperty(x => x.Desired, state.Desired).SetProperty(x => x.Health, health)
                .SetProperty(x => x.Message, message).SetProperty(x => x.UpdatedAt, state.UpdatedAt.UtcTicks),
            cancellationToken);
    }
}
