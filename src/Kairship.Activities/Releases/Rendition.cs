using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Clusters;

namespace Kairship.Activities.Releases;

/// <summary>A revision as one plan puts it into clusters: rendering it again gives exactly what was planned, whatever has changed since.</summary>
/// <param name="Release">The release that the plan is of.</param>
internal sealed record Rendition(string Release, Application Spec, Plan Plan, IReadOnlyList<Manifest> Manifests)
{
    public ClusterPlan? PlanOf(string cluster) => Plan.Clusters.FirstOrDefault(c => c.Cluster == cluster);

    /// <summary>What the cluster gets, in the order of application; empty when the plan does not go there, or leaves it.</summary>
    /// <exception cref="ClusterException">A custom kind is among the manifests, and the cluster cannot be asked whether it has a namespace.</exception>
    /// <exception cref="PlanMismatchException">It is not what was planned.</exception>
    public async Task<IReadOnlyList<Manifest>> InAsync(ClusterConnections connections, string cluster, CancellationToken cancellationToken)
    {
        if (PlanOf(cluster) is not { Role: PlannedRole.Target } plan)
        {
            return [];
        }

        var scopes = await KindScopes.ReadAsync(connections, cluster, Manifests, cancellationToken);
        var rendered = Renderer.Render(Spec, plan.Bounds is { } bounds ? AutoscalerBounds.Apply(Manifests, bounds) : Manifests, new ClusterFacts(cluster, plan.Labels), plan.Replicas, scopes);
        return ManifestParser.Digest(rendered) == plan.ManifestDigest
            ? rendered
            : throw new PlanMismatchException(
                $"The objects for cluster {cluster} are no longer those that were planned for revision {Plan.Revision}: plan and approve a new release.");
    }
}

/// <summary>What would be written is not what was planned (and perhaps approved): nothing is written.</summary>
internal sealed class PlanMismatchException(string message) : Exception(message);

/// <summary>Asks a cluster about the scope of kinds that are not built in.</summary>
internal static class KindScopes
{
    public static async Task<Func<ObjectRef, bool?>> ReadAsync(
        ClusterConnections connections, string cluster, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        var asked = new HashSet<(string, string)>();
        _ = manifests.Count(m => KindScope.IsNamespaced(m.Ref, manifests, r =>
        {
            asked.Add((r.ApiVersion, r.Kind));
            return null;
        }));
        if (asked.Count == 0)
        {
            return static _ => null;
        }

        var connection = await connections.GetAsync(cluster, cancellationToken);
        var known = new Dictionary<(string, string), bool?>();
        foreach (var (apiVersion, kind) in asked)
        {
            known[(apiVersion, kind)] = await connection.Discovery.IsNamespacedAsync(apiVersion, kind, cancellationToken);
        }

        return reference => known.GetValueOrDefault((reference.ApiVersion, reference.Kind));
    }
}
