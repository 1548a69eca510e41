using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Capacity;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Traffic;

namespace Kairship.Server.Failover.Drills.Twins;

/// <summary>Reads the fleet for its twins: clusters from themselves, applications from what was released. Sends no cluster anything but GET, and takes over no value of a Secret.</summary>
internal sealed class FleetReader(IClusterStore clusters, IDeliveryStore delivery, NodeCensus census, ClusterConnections connections, TwinBounds bounds)
{
    private const int AtOnce = 8;
    private const string Approved = "api-approved.kubernetes.io";

    /// <exception cref="DrillRefusedException">The fleet is larger than what twins are made of in one process.</exception>
    public async Task<FleetCopy> ReadAsync(CancellationToken cancellationToken)
    {
        var members = await clusters.ListAsync(cancellationToken);
        new TwinBound(bounds.Clusters, "clusters").Add(members.Count);
        List<string> notes = [];
        var (nodes, pods) = (new TwinBound(bounds.Nodes, "nodes"), new TwinBound(bounds.Pods, "pods of applications"));
        var applications = await ApplicationsAsync(pods, notes, cancellationToken);
        var copies = new ClusterCopy?[members.Count];
        await Parallel.ForAsync(0, members.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (index, token) =>
        {
            var there = applications.Where(a => a.Plan.Targets.Any(t => t.Cluster == members[index].Name)).ToList();
            copies[index] = await ClusterAsync(members[index], there, applications, notes, token);
            var size = copies[index]?.Nodes.Count ?? 0;
            nodes.Add(size);
            pods.Add((long)size * there.Sum(a => a.Manifests.Count(m => m.Ref.Kind == "DaemonSet")));
        });
        return new FleetCopy([.. copies.OfType<ClusterCopy>()], applications, [.. notes.Order(StringComparer.Ordinal)]);
    }

    private async Task<ClusterCopy?> ClusterAsync(
        ClusterRecord record, List<ApplicationCopy> there, IReadOnlyList<ApplicationCopy> all, List<string> notes, CancellationToken cancellationToken)
    {
        try
        {
            var nodes = await census.ReadAsync(record.Name, there.SelectMany(a => a.Workloads).ToHashSet(StringComparer.Ordinal), cancellationToken);
            var taints = record.Taints.Where(t => t.Key != DrillMark.Taint).ToList();
            return new ClusterCopy(
                record.Name, record.Labels, taints, nodes, await DefinitionsAsync(record.Name, all, cancellationToken), await RoutersAsync(record.Name, all, cancellationToken));
        }
        catch (Exception e) when (e is ClusterException or UnknownClusterException)
        {
            Note(notes, $"{record.Name} has no twin, since it could not be read: {e.Message}");
            return null;
        }
    }

    /// <summary>Of kinds that the cluster itself was taught.</summary>
    private async Task<IReadOnlyList<JsonObject>> DefinitionsAsync(string cluster, IReadOnlyList<ApplicationCopy> applications, CancellationToken cancellationToken)
    {
        var kinds = applications.SelectMany(a => a.Manifests.Select(m => m.Ref)).Concat(applications.Select(RouterOf).OfType<ObjectRef>())
            .Where(r => r.Group.Contains('.', StringComparison.Ordinal)).Select(r => (r.ApiVersion, r.Kind)).ToHashSet();
        var connection = await connections.GetAsync(cluster, cancellationToken);
        var found = new List<JsonObject>();
        foreach (var (apiVersion, kind) in kinds)
        {
            if (await connection.Discovery.FindAnyVersionAsync(apiVersion, kind, cancellationToken) is { } served
                && await connection.Resources.GetAsync(new ObjectRef("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, $"{served.Plural}.{served.Group}"), cancellationToken) is { } definition)
            {
                found.Add(Bare(definition));
            }
        }

        return found;
    }

    /// <summary>One that is not there is left to the failover to complain of.</summary>
    private async Task<IReadOnlyList<JsonObject>> RoutersAsync(string cluster, IReadOnlyList<ApplicationCopy> applications, CancellationToken cancellationToken)
    {
        var connection = await connections.GetAsync(cluster, cancellationToken);
        var found = new List<JsonObject>();
        foreach (var router in applications.Where(a => a.Spec.Traffic?.Cluster == cluster).Select(RouterOf).OfType<ObjectRef>().Distinct())
        {
            if (await connection.Discovery.FindAsync(router.ApiVersion, router.Kind, cancellationToken) is not null
                && await connection.Resources.GetAsync(router, cancellationToken) is { } live)
            {
                found.Add(new JsonObject
                {
                    ["apiVersion"] = router.ApiVersion, ["kind"] = router.Kind, ["metadata"] = new JsonObject { ["name"] = router.Name, ["namespace"] = router.Namespace },
                    ["spec"] = live["spec"]?.DeepClone(),
                });
            }
        }

        return found;
    }

    private static ObjectRef? RouterOf(ApplicationCopy application) => application.Spec.Traffic is { } traffic ? TrafficShifter.RouterOf(traffic, application.Spec.Namespace) : null;

    private static JsonObject Bare(JsonObject definition)
    {
        var spec = (JsonObject)definition["spec"]!.DeepClone();

        // What converts between versions is a service of the real cluster.
        spec.Remove("conversion");
        var metadata = new JsonObject { ["name"] = definition["metadata"]!["name"]!.DeepClone() };
        if (definition["metadata"]!["annotations"]?[Approved] is { } approved)
        {
            // Groups of Kubernetes itself are not taken without it.
            metadata["annotations"] = new JsonObject { [Approved] = approved.DeepClone() };
        }

        return new JsonObject { ["apiVersion"] = "apiextensions.k8s.io/v1", ["kind"] = "CustomResourceDefinition", ["metadata"] = metadata, ["spec"] = spec };
    }

    private async Task<IReadOnlyList<ApplicationCopy>> ApplicationsAsync(TwinBound pods, List<string> notes, CancellationToken cancellationToken)
    {
        var all = await delivery.ListApplicationsAsync(cancellationToken);
        new TwinBound(bounds.Applications, "applications").Add(all.Count);
        var objects = new TwinBound(bounds.Objects, "objects of applications in clusters");
        var copies = new ApplicationCopy?[all.Count];
        await Parallel.ForAsync(0, all.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (index, token) =>
        {
            var (released, isMoving) = await LastAsync(all[index].Name, token);
            if (isMoving)
            {
                Note(notes, $"{all[index].Name} is being released just now: its twin is as the release before left it.");
            }

            if (released is not null && await delivery.GetPlanAsync(released.Id, token) is { } plan
                && await delivery.GetRevisionAsync(all[index].Name, released.Revision, token) is { } revision)
            {
                var manifests = ManifestParser.FromJsonArray(revision.Manifests);
                objects.Add((long)manifests.Count * Math.Max(1, plan.Targets.Count()));
                pods.Add(plan.Targets.Sum(t => t.Replicas.Values.Sum(r => (long)r)));
                copies[index] = TwinSpecs.Of(new ApplicationCopy(
                    all[index], released.Spec, revision.Name, manifests, plan, released.Change?.Totals ?? new Dictionary<string, int>()));
            }
        });
        return [.. copies.OfType<ApplicationCopy>()];
    }

    private async Task<(Release? Release, bool IsMoving)> LastAsync(string application, CancellationToken cancellationToken)
    {
        var standing = await delivery.FindStandingAsync(application, cancellationToken);
        return (standing?.Stable, standing?.Releases.Any(r => !r.IsOver) == true);
    }

    private static void Note(List<string> notes, string note)
    {
        lock (notes)
        {
            notes.Add(note);
        }
    }
}
