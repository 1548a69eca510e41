using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Stopping;

/// <param name="Workload">"StatefulSet/db".</param>
/// <param name="IsEnding">It is deleted, and its containers have not ended yet.</param>
internal sealed record FoundPod(string Workload, string Name, bool IsEnding);

/// <summary>
/// Finds the pods of an application whose containers run or may begin to: by who owns them, up to an object of the application, and where that is gone already by the selectors of its workloads. Pods themselves carry no
/// mark of Kairship.
/// </summary>
internal sealed class PodCensus(ClusterConnection connection, StandstillOrder order, IReadOnlyList<ObjectRef> members)
{
    /// <summary>CronJob, Job, pod; an operator's object, Deployment, ReplicaSet, pod. No chain that is in use is longer.</summary>
    private const int MostOwners = 6;

    private static readonly (string ApiVersion, string Kind)[] CommonOwners = [("apps/v1", "ReplicaSet"), ("batch/v1", "Job")];

    private readonly HashSet<string> _members = [.. members.Select(m => m.Identity)];
    private readonly Dictionary<string, JsonObject?> _owners = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<Selector> _selectors = [.. order.Known.Select(Selector.Of).OfType<Selector>()];

    /// <exception cref="ClusterException">The cluster cannot be asked.</exception>
    public async Task<IReadOnlyList<FoundPod>> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new List<FoundPod>();
        foreach (var ns in members.Select(m => m.Namespace).Append(order.Set.Namespace).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var pods = (await connection.Resources.ListAsync("v1", "Pod", ns, null, cancellationToken)).Items.Where(p => !Stoppage.IsOver(p)).ToList();
            if (pods.Count == 0)
            {
                continue;
            }

            await ReadOwnersAsync(ns, cancellationToken);
            foreach (var pod in pods)
            {
                if (await WorkloadOfAsync(pod, ns, cancellationToken) is { } workload)
                {
                    found.Add(new FoundPod(workload, pod["metadata"]!["name"]!.ToString(), pod["metadata"]!["deletionTimestamp"] is not null));
                }
            }
        }

        return found;
    }

    private async Task ReadOwnersAsync(string ns, CancellationToken cancellationToken)
    {
        foreach (var (apiVersion, kind) in CommonOwners)
        {
            try
            {
                foreach (var owner in (await connection.Resources.ListAsync(apiVersion, kind, ns, null, ClusterRequest.MetadataList, cancellationToken)).Items)
                {
                    _owners[new ObjectRef(apiVersion, kind, ns, owner["metadata"]!["name"]!.ToString()).Identity] = owner;
                }
            }
            catch (UnknownKindException)
            {
                // Then nothing is owned by one.
            }
        }
    }

    /// <summary>null: it is not the application's.</summary>
    private async Task<string?> WorkloadOfAsync(JsonObject pod, string ns, CancellationToken cancellationToken)
    {
        var (reference, at) = (new ObjectRef("v1", "Pod", ns, pod["metadata"]!["name"]!.ToString()), (JsonObject?)pod);
        for (var depth = 0; depth < MostOwners && at is not null; depth++)
        {
            if (_members.Contains(reference.Identity) || OwnershipLabels.LabelOf(at, OwnershipLabels.Application) == order.Set.Application)
            {
                return WorkloadKey.Of(reference);
            }

            if (OwnerOf(at, ns) is not { } owner)
            {
                break;
            }

            (reference, at) = (owner, await FindAsync(owner, cancellationToken));
        }

        return _members.Contains(reference.Identity) ? WorkloadKey.Of(reference) : _selectors.FirstOrDefault(s => s.Selects(pod, ns))?.Workload;
    }

    private async Task<JsonObject?> FindAsync(ObjectRef owner, CancellationToken cancellationToken)
    {
        if (!_owners.TryGetValue(owner.Identity, out var found))
        {
            try
            {
                found = _members.Contains(owner.Identity) ? null : await connection.Resources.GetAsync(owner, ClusterRequest.Metadata, cancellationToken);
            }
            catch (ClusterException e) when (e is UnknownKindException || e.Kind is ClusterFailure.Forbidden)
            {
                // Others' pods must not keep the application from moving; its own objects are known without asking.
                found = null;
            }

            _owners[owner.Identity] = found;
        }

        return found;
    }

    private static ObjectRef? OwnerOf(JsonObject obj, string ns)
    {
        var owners = (obj["metadata"]?["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        return (owners.Find(o => o["controller"]?.ToString() == "true") ?? owners.FirstOrDefault()) is { } owner
            ? new ObjectRef(owner["apiVersion"]?.ToString() ?? "", owner["kind"]?.ToString() ?? "", owner["kind"]?.ToString() == "Node" ? null : ns, owner["name"]?.ToString() ?? "")
            : null;
    }

    /// <summary>The labels that a workload's pods have.</summary>
    private sealed record Selector(string Workload, string? Namespace, IReadOnlyDictionary<string, string> Labels)
    {
        public static Selector? Of(Manifest manifest)
        {
            var selector = manifest.Json["spec"]?["selector"] as JsonObject;
            var labels = (manifest.Ref.Kind == "ReplicationController" ? selector : selector?["matchLabels"] as JsonObject)?
                .Where(l => l.Value is JsonValue).ToDictionary(l => l.Key, l => l.Value!.ToString());
            return labels is { Count: > 0 } && (WorkloadKey.HasReplicas(manifest.Ref) || manifest.Ref is { Group: "apps", Kind: "DaemonSet" })
                ? new Selector(WorkloadKey.Of(manifest.Ref), manifest.Ref.Namespace, labels)
                : null;
        }

        public bool Selects(JsonObject pod, string ns) =>
            (Namespace is null || Namespace == ns) && Labels.All(l => pod["metadata"]?["labels"]?[l.Key]?.ToString() == l.Value);
    }
}
