using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Plans;

/// <summary>From an application's manifests to exactly what one cluster gets. The same input always gives the same output.</summary>
public static class Renderer
{
    // Left behind by "kubectl get -o yaml"; a server refuses or ignores them.
    private static readonly string[] ServerFields = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink", "deletionTimestamp"];

    /// <summary>
    /// Fills in the namespace where a kind has one, applies the cluster's overrides, sets replicas, labels the objects (their metadata only: never pod templates or
    /// selectors) and sorts them in the order of application. What only a server writes (status, managedFields, uid, ...) is dropped.
    /// </summary>
    /// <param name="replicas">"Deployment/web" to replicas here. Workloads that an autoscaler among the manifests sizes get none at all.</param>
    /// <param name="isNamespaced">Asked for custom kinds only; null where the cluster does not know the kind.</param>
    /// <exception cref="ManifestException">Two objects become one in the application's namespace, or an override does not fit an image.</exception>
    public static IReadOnlyList<Manifest> Render(
        Application app, IReadOnlyList<Manifest> manifests, ClusterFacts cluster, IReadOnlyDictionary<string, int> replicas, Func<ObjectRef, bool?> isNamespaced)
    {
        var autoscaled = WorkloadKey.Autoscaled(manifests);
        var rendered = OverrideApplier.Apply(manifests, app.Overrides, cluster)
            .Select(manifest => Render(app, manifest, KindScope.IsNamespaced(manifest.Ref, manifests, isNamespaced), replicas, autoscaled))
            .ToList();
        rendered.Sort(ApplyOrder.Compare);
        RefuseClashes(app, rendered);
        return rendered;
    }

    private static Manifest Render(
        Application app, Manifest manifest, bool namespaced, IReadOnlyDictionary<string, int> replicas, IReadOnlySet<string> autoscaled)
    {
        var json = (JsonObject)manifest.Json.DeepClone();
        json.Remove("status");
        var metadata = PodTemplates.Ensure(json, "metadata");
        foreach (var field in ServerFields)
        {
            metadata.Remove(field);
        }

        if (!namespaced)
        {
            metadata.Remove("namespace");
        }
        else
        {
            metadata["namespace"] ??= app.Namespace;
        }

        var labels = PodTemplates.Ensure(metadata, "labels");
        labels[KairshipLabels.Application] = app.Name;
        labels[KairshipLabels.ManagedBy] = KairshipLabels.ManagedByValue;
        SetReplicas(json, manifest.Ref, replicas, autoscaled);
        return Manifest.From(json);
    }

    private static void SetReplicas(JsonObject json, ObjectRef reference, IReadOnlyDictionary<string, int> replicas, IReadOnlySet<string> autoscaled)
    {
        var key = WorkloadKey.Of(reference);
        if (!WorkloadKey.HasReplicas(reference) || json["spec"] is not JsonObject spec)
        {
            return;
        }

        if (autoscaled.Contains(key))
        {
            spec.Remove("replicas");
        }
        else if (replicas.TryGetValue(key, out var count))
        {
            spec["replicas"] = PodTemplates.Number(count);
        }
    }

    private static void RefuseClashes(Application app, List<Manifest> rendered)
    {
        if (rendered.GroupBy(m => m.Ref.Identity).FirstOrDefault(same => same.Skip(1).Any()) is { } twice)
        {
            throw new ManifestException(
                $"{twice.First().Ref} is given twice: once with its namespace and once without, which means '{app.Namespace}' for this application. Keep one of the two.");
        }

        if (rendered.Where(m => WorkloadKey.HasReplicas(m.Ref)).GroupBy(m => WorkloadKey.Of(m.Ref)).FirstOrDefault(same => same.Skip(1).Any()) is { } alike)
        {
            throw new ManifestException(
                $"{string.Join(" and ", alike.Select(m => m.Ref))}: workloads of one application are told apart by kind and name; rename one, or make two applications.");
        }
    }
}
