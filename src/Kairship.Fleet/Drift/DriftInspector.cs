using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.ApplySets;
using Kairship.Fleet.Resources.Status;

namespace Kairship.Fleet.Drift;

/// <summary>One drifted object with what putting it back needs.</summary>
/// <param name="Wanted">What to apply; null for what was not released.</param>
/// <param name="Live">The object as it was read; null for what is missing.</param>
public sealed record InspectedObject(DriftedObject Drift, Manifest? Wanted, JsonObject? Live);

/// <summary>What was found in one cluster.</summary>
/// <param name="Epoch">The newest epoch that the release has left on what is still there; null: nothing of it is.</param>
public sealed record Inspection(string Cluster, IReadOnlyList<InspectedObject> Objects, IReadOnlyList<PlanProblem> Problems, long? Epoch);

/// <summary>
/// Compares one cluster with what was released there. Each released object is tried by a server-side dry-run over the live one, so that exactly the fields that Kairship applied
/// and that differ are found: defaults and what others add are no drift. Writes nothing.
/// </summary>
public sealed class DriftInspector(ClusterConnections connections, Planner planner)
{
    /// <summary>Kinds that people make and controllers do not, looked through for objects that were not released, beside the kinds of those that were. All are in the rights that Kairship asks for.</summary>
    private static readonly ObjectKind[] UsualKinds =
    [
        new("v1", "ConfigMap"), new("v1", "Secret"), new("v1", "Service"), new("v1", "ServiceAccount"), new("v1", "PersistentVolumeClaim"), new("apps/v1", "Deployment"),
        new("apps/v1", "StatefulSet"), new("apps/v1", "DaemonSet"), new("batch/v1", "Job"), new("batch/v1", "CronJob"), new("networking.k8s.io/v1", "Ingress"),
        new("networking.k8s.io/v1", "NetworkPolicy"), new("autoscaling/v2", "HorizontalPodAutoscaler"), new("policy/v1", "PodDisruptionBudget"),
    ];

    /// <param name="released">What the cluster was given, rendered as then.</param>
    /// <param name="application">The application as it is now: its policy says what may differ.</param>
    /// <param name="release">The release that put it there.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">The cluster cannot be asked.</exception>
    public async Task<Inspection> InspectAsync(
        string cluster, Application application, string release, IReadOnlyList<Manifest> released, CancellationToken cancellationToken = default)
    {
        var policy = application.Drift;
        var connection = await connections.GetAsync(cluster, cancellationToken);
        await connection.Discovery.AllAsync(cancellationToken);
        var autoscaled = await Autoscalers.ReadAsync(connection, released, cancellationToken);
        var wanted = new ConcurrentDictionary<string, Manifest>(StringComparer.Ordinal);
        var tried = await planner.DryRunAsync(
            cluster, released, new ApplyOptions { Force = true, Adopt = true, CreateNamespace = true },
            (manifest, live) => wanted[manifest.Ref.Identity] = DriftRules.Wanted(manifest, live, policy, autoscaled(manifest.Ref.Namespace)), cancellationToken);
        var found = tried.Where(t => !IsOfAnother(t, application.Name)).Select(t => Describe(t, policy, wanted)).OfType<InspectedObject>().ToList();
        var extra = await ExtraAsync(connection, application, released, cancellationToken);
        var epochs = tried.Select(t => t.Before).OfType<JsonObject>().Where(live => OwnershipLabels.AnnotationOf(live, OwnershipLabels.Release) == release)
            .Select(live => StatusRules.Number(live["metadata"]!["annotations"]![OwnershipLabels.Epoch]));
        return new Inspection(cluster, [.. found, .. extra], [.. tried.Select(ProblemOf).OfType<PlanProblem>()], epochs.Max());
    }

    /// <summary>A release may delete and create anew what cannot be changed back; putting back never does, whatever the manifest allows.</summary>
    private static PlanProblem? ProblemOf(DryRunObject tried) => tried.Action != PlannedAction.Recreate ? tried.Problem
        : new PlanProblem(tried.Ref, $"it cannot be changed back, only be {tried.Note}: release it again");

    private static bool IsOfAnother(DryRunObject tried, string application) =>
        tried.Before is { } live && OwnershipLabels.LabelOf(live, OwnershipLabels.Application) is { } owner && owner != application;

    private static InspectedObject? Describe(DryRunObject tried, DriftPolicy policy, ConcurrentDictionary<string, Manifest> wanted)
    {
        // Whatever the cluster says to a creation, gone is gone: the problem says why it cannot be put back as well.
        var drift = tried.Before is null ? DriftRules.Compare(tried.Ref, null, null, policy)
            : tried.Action == PlannedAction.Recreate ? new DriftedObject(tried.Ref, DriftKind.Changed, [], FieldOwners.Of(tried.Before, []))
            : DriftRules.Compare(tried.Ref, tried.Before, tried.After, policy);
        return drift is null ? null : new InspectedObject(drift, wanted[tried.Ref.Identity], tried.Before);
    }

    /// <summary>What carries the label and was not released. What a controller made of an object that carries it is that controller's, what says what is in an ApplySet is ours.</summary>
    private static async Task<IReadOnlyList<InspectedObject>> ExtraAsync(
        ClusterConnection connection, Application application, IReadOnlyList<Manifest> released, CancellationToken cancellationToken)
    {
        var known = released.Select(m => m.Ref.Identity).ToHashSet(StringComparer.Ordinal);
        var namespaces = released.Select(m => m.Ref.Namespace).OfType<string>().Append(application.Namespace).Distinct(StringComparer.Ordinal).ToList();
        var own = released.Select(m => GroupKind.Of(m.Ref)).ToHashSet();
        var kinds = released.Select(m => new ObjectKind(m.Ref.ApiVersion, m.Ref.Kind)).Concat(UsualKinds).DistinctBy(GroupKind.Of);
        var found = new ConcurrentBag<InspectedObject>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(kinds, parallel, async (kind, token) =>
        {
            if (await connection.Discovery.FindAsync(kind.ApiVersion, kind.Kind, token) is not { } resource)
            {
                return;
            }

            foreach (var place in resource.Namespaced ? namespaces : [null!])
            {
                foreach (var item in (await ItemsAsync(connection, kind, place, application.Name, own.Contains(GroupKind.Of(kind)), token)).Where(i => !IsNobodysMatter(i)))
                {
                    var reference = new ObjectRef(kind.ApiVersion, kind.Kind, item["metadata"]?["namespace"]?.ToString(), item["metadata"]!["name"]!.ToString());
                    if (!known.Contains(reference.Identity))
                    {
                        found.Add(new InspectedObject(new DriftedObject(reference, DriftKind.Extra, [], FieldOwners.Of(item, [])), null, item));
                    }
                }
            }
        });
        return [.. found.OrderBy(o => o.Drift.Ref.Identity, StringComparer.Ordinal)];
    }

    /// <summary>A kind that nothing of the application is of, and that Kairship was given no right to list, is passed over: it can have made none.</summary>
    private static async Task<IReadOnlyList<JsonObject>> ItemsAsync(
        ClusterConnection connection, ObjectKind kind, string? place, string application, bool isReleased, CancellationToken cancellationToken)
    {
        try
        {
            return (await connection.Resources.ListAsync(
                kind.ApiVersion, kind.Kind, place, $"{OwnershipLabels.Application}={application}", ClusterRequest.MetadataList, cancellationToken)).Items;
        }
        catch (ClusterException exception) when (exception.Kind == ClusterFailure.Forbidden && !isReleased)
        {
            return [];
        }
    }

    private static bool IsNobodysMatter(JsonObject item) =>
        item["metadata"]?["deletionTimestamp"] is not null
        || OwnershipLabels.LabelOf(item, ApplySet.IdLabel) is not null
        || (item["metadata"]?["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>().Any(o => o["controller"]?.ToString() == "true");
}
