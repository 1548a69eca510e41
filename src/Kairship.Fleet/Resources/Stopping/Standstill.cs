using System.Collections.Concurrent;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.ApplySets;
using Kairship.Fleet.Resources.Pruning;

namespace Kairship.Fleet.Resources.Stopping;

/// <summary>What is to stand still.</summary>
/// <param name="Set">The application's objects in the cluster.</param>
/// <param name="Known">What its revisions put there: tells of pods whose workload is gone already.</param>
public sealed record StandstillOrder(ApplySet Set, IReadOnlyList<Manifest> Known)
{
    /// <summary>Workload ("StatefulSet/db") to the most pods that it may have; the others are left alone. null: nothing of the application may run.</summary>
    public IReadOnlyDictionary<string, int>? AtMost { get; init; }

    /// <summary>With <see cref="Epoch"/>: what a newer epoch of this release has written is left alone.</summary>
    public string? ReleaseId { get; init; }

    public long? Epoch { get; init; }
}

/// <param name="Running">What runs yet, or may run, as a sentence; null: it is certain that nothing does any more.</param>
/// <param name="IsRefused">It will not come to rest by waiting.</param>
public sealed record StandstillReport(string? Running, bool IsRefused = false);

/// <summary>
/// Brings an application to rest in a cluster without taking its data away: what has replicas is scaled, also what an autoscaler sizes (that does nothing at 0 replicas), and what cannot be scaled is deleted with its pods
/// (DaemonSets, Jobs that are not over, CronJobs, pods, KEDA's objects). At rest it is when its controllers have seen that, and when no pod is left, those that are ending among them.
/// </summary>
public sealed class Standstill(ClusterConnections connections)
{
    private const int MostNamed = 3;

    private static readonly HashSet<string> Scalers = ["keda.sh/ScaledObject", "keda.sh/ScaledJob"];
    private static readonly HashSet<string> Unscalable = ["apps/DaemonSet", "batch/Job", "batch/CronJob", "/Pod"];

    /// <summary>Does what is to be done now and says what is not at rest yet. May be repeated until it is.</summary>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">The cluster cannot be asked.</exception>
    public async Task<StandstillReport> LookAsync(string cluster, StandstillOrder order, CancellationToken cancellationToken = default)
    {
        var connection = await connections.GetAsync(cluster, cancellationToken);
        var members = (await Members.OfSetAsync(connection, order.Set, cancellationToken)).Concat(order.Known.Select(m => m.Ref)).DistinctBy(r => r.Identity).ToList();
        foreach (var stage in Stages(order, members))
        {
            var found = new ConcurrentBag<StandstillReport>();
            var stoppage = new Stoppage(connection, order);
            await Members.EachAsync(connection, stage, async (reference, token) => found.Add(await stoppage.StopAsync(reference, token)), cancellationToken);
            if (found.Where(f => f.Running is not null).OrderByDescending(f => f.IsRefused).ThenBy(f => f.Running, StringComparer.Ordinal).FirstOrDefault() is { } open)
            {
                return open;
            }
        }

        var pods = await new PodCensus(connection, order, members).ReadAsync(cancellationToken);
        var many = order.AtMost is null ? pods : [.. pods.GroupBy(p => p.Workload).Where(g => order.AtMost.TryGetValue(g.Key, out var most) && g.Count() > most).SelectMany(g => g)];
        return new StandstillReport(many.Count == 0 ? null : Sentence(many));
    }

    /// <summary>What would scale it up again goes first.</summary>
    private static IEnumerable<IReadOnlyList<ObjectRef>> Stages(StandstillOrder order, List<ObjectRef> members) => order.AtMost is { } most
        ? [[.. members.Where(m => WorkloadKey.HasReplicas(m) && most.ContainsKey(WorkloadKey.Of(m)))]]
        : [[.. members.Where(m => Scalers.Contains($"{m.Group}/{m.Kind}"))], [.. members.Where(m => WorkloadKey.HasReplicas(m) || Unscalable.Contains($"{m.Group}/{m.Kind}"))]];

    private static string Sentence(IReadOnlyList<FoundPod> pods)
    {
        var named = string.Join(", ", pods.OrderBy(p => p.Name, StringComparer.Ordinal).Take(MostNamed).Select(p => $"{p.Name} of {p.Workload}{(p.IsEnding ? " (ending)" : "")}"));
        return $"{pods.Count} pod(s) are there yet: {named}{(pods.Count > MostNamed ? ", ..." : "")}";
    }
}
