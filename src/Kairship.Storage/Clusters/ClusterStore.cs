using Kairship.Delivery.Placement;
using Kairship.Fleet.Clusters;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Clusters;

internal sealed class ClusterStore(KairshipDatabase database) : IClusterStore
{
    public Task<ClusterRecord> SaveAsync(ClusterRecord cluster, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "cluster/" + cluster.Name, cancellationToken);
            var row = await context.Set<ClusterRow>().SingleOrDefaultAsync(x => x.Name == cluster.Name, cancellationToken);
            if (row is null)
            {
                row = new ClusterRow { Name = cluster.Name, Labels = "", ProtectedKubeconfig = [], Server = "" };
                context.Add(row);
            }

            row.Taints = row.Revision == 0 || row.IsRemoved ? TextOf(cluster.Taints) : row.Taints;
            row.Labels = StoredJson.Write(cluster.Labels);
            row.ProtectedKubeconfig = cluster.ProtectedKubeconfig;
            row.Context = StoredText.Clean(cluster.Context);
            row.Server = StoredText.Clean(cluster.Server);
            row.JoinedAt = cluster.JoinedAt.UtcTicks;
            row.IsRemoved = false;
            row.Revision++;
            await context.SaveChangesAsync(cancellationToken);
            return ToRecord(row);
        },
        cancellationToken);

    public Task<ClusterRecord?> GetAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<ClusterRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Name == name && !x.IsRemoved, cancellationToken) is { } row
            ? ToRecord(row)
            : null);

    public Task<IReadOnlyList<ClusterRecord>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ClusterRecord>>(async context =>
        {
            var rows = await context.Set<ClusterRow>().AsNoTracking().Where(x => !x.IsRemoved).ToListAsync(cancellationToken);
            return [.. rows.OrderBy(x => x.Name, StringComparer.Ordinal).Select(ToRecord)];
        });

    public Task<ClusterRecord?> ChangeTaintsAsync(string name, Func<IReadOnlyList<Taint>, IReadOnlyList<Taint>?> change, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "cluster/" + name, cancellationToken);
            if (await context.Set<ClusterRow>().SingleOrDefaultAsync(x => x.Name == name && !x.IsRemoved, cancellationToken) is not { } row)
            {
                return null;
            }

            if (change(ToRecord(row).Taints) is { } taints)
            {
                row.Taints = TextOf(taints);
                await context.SaveChangesAsync(cancellationToken);
            }

            return ToRecord(row);
        },
        cancellationToken);

    public Task<bool> RemoveAsync(string name, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "cluster/" + name, cancellationToken);
            return await context.Set<ClusterRow>().Where(x => x.Name == name && !x.IsRemoved).ExecuteUpdateAsync(
                set => set.SetProperty(x => x.IsRemoved, true).SetProperty(x => x.ProtectedKubeconfig, Array.Empty<byte>())
                    .SetProperty(x => x.Labels, "{}").SetProperty(x => x.Taints, (string?)null).SetProperty(x => x.Context, (string?)null).SetProperty(x => x.Server, ""),
                cancellationToken) == 1;
        },
        cancellationToken);

    private static ClusterRecord ToRecord(ClusterRow row) => new(
        row.Name, StoredJson.Read<Dictionary<string, string>>(row.Labels), row.ProtectedKubeconfig, row.Context, row.Server, row.Revision,
        Ticks.ToTime(row.JoinedAt))
    {
        Taints = row.Taints is { } taints ? StoredJson.Read<List<Taint>>(taints) : [],
    };

    private static string? TextOf(IReadOnlyList<Taint> taints) => taints.Count == 0 ? null : StoredText.Clean(StoredJson.Write(taints));
}
