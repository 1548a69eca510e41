using Kairship.Activities.Releases;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;

namespace Kairship.Activities.Rollouts;

/// <summary>The two tracks of a release in one cluster: stable objects as they are or shall be, and the canary beside them.</summary>
internal sealed class Tracks(ClusterConnections connections, Pruner pruner)
{
    private static readonly HashSet<string> Workloads = ["apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "batch/Job"];

    /// <summary>What a canary may be made of.</summary>
    private static readonly HashSet<string> CanaryKinds =
    [
        "apps/Deployment", "/Service", "/ConfigMap", "/Secret", "/PersistentVolumeClaim", "/ServiceAccount", "rbac.authorization.k8s.io/Role",
        "rbac.authorization.k8s.io/RoleBinding",
    ];

    /// <summary>Objects whose health tells how a release goes.</summary>
    public static bool IsWorkload(ObjectRef reference) => Workloads.Contains($"{reference.Group}/{reference.Kind}");

    public Task<IReadOnlyList<Manifest>> TargetAsync(ReleaseWork work, string cluster, CancellationToken cancellationToken) => InAsync(work.Target, cluster, cancellationToken);

    public async Task<IReadOnlyList<Manifest>> StableAsync(ReleaseWork work, string cluster, CancellationToken cancellationToken) =>
        work.Stable is null ? [] : await InAsync(work.Stable, cluster, cancellationToken);

    public Task<IReadOnlyList<Manifest>> InAsync(Rendition rendition, string cluster, CancellationToken cancellationToken) => rendition.InAsync(connections, cluster, cancellationToken);

    /// <summary>The canary's objects in a cluster; <paramref name="replicas"/> by "Deployment/name".</summary>
    public async Task<CanarySet> CanaryAsync(ReleaseWork work, string cluster, IReadOnlyDictionary<string, int> replicas, CancellationToken cancellationToken) =>
        CanaryBuilder.Build(
            work.Release.Id, await StableAsync(work, cluster, cancellationToken), await TargetAsync(work, cluster, cancellationToken), replicas);

    /// <summary>Replicas of the stable Deployments as the cluster has them now (an autoscaler may have moved them), by "Deployment/name".</summary>
    public async Task<IReadOnlyDictionary<string, int>> StableReplicasAsync(ReleaseWork work, string cluster, CancellationToken cancellationToken)
    {
        var deployments = (await StableAsync(work, cluster, cancellationToken)).Where(m => WorkloadKey.IsDeployment(m.Ref)).ToList();
        var connection = await connections.GetAsync(cluster, cancellationToken);
        var replicas = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var group in deployments.GroupBy(m => m.Ref.Namespace))
        {
            var live = await connection.Resources.ListAsync("apps/v1", "Deployment", group.Key, $"{KairshipLabels.Application}={work.Release.Application}", cancellationToken);
            var counts = live.Items.ToDictionary(o => o["metadata"]!["name"]!.ToString(), o => (int?)o["spec"]?["replicas"] ?? 1);
            foreach (var deployment in group.Where(d => counts.ContainsKey(d.Ref.Name)))
            {
                replicas[WorkloadKey.Of(deployment.Ref)] = counts[deployment.Ref.Name];
            }
        }

        return replicas;
    }

    /// <summary>Removes every object of the canary track of the application, and makes sure that none is left.</summary>
    public async Task<PruneReport> RemoveCanaryAsync(ReleaseWork work, string cluster, CancellationToken cancellationToken)
    {
        // Looked for by label, not by what the two revisions say it is: that also finds what an earlier release had to leave behind.
        var planned = (work.Target.PlanOf(cluster)?.Objects ?? []).Concat(work.Stable?.PlanOf(cluster)?.Objects ?? []).Select(o => o.Ref).ToList();
        var kinds = planned.Where(r => CanaryKinds.Contains($"{r.Group}/{r.Kind}")).Select(r => new ObjectKind(r.ApiVersion, r.Kind))
            .Append(new ObjectKind("apps/v1", "Deployment")).Distinct().ToList();
        var objects = new List<PrunedObject>();
        foreach (var ns in planned.Select(r => r.Namespace).Append(work.Release.Spec.Namespace).OfType<string>().Distinct())
        {
            var report = await pruner.DeleteBySelectorAsync(
                cluster, work.Release.Application, $"{KairshipLabels.Track}={KairshipLabels.Canary}", ns, kinds, cancellationToken);
            objects.AddRange(report.Objects);
        }

        return new PruneReport(cluster, objects);
    }
}
