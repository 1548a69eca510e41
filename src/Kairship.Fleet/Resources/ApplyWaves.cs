using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources;

/// <summary>Objects that may be applied at the same time. Inside a wave no kind needs another one of it to be there.</summary>
internal static class ApplyWaves
{
    /// <summary>Ranges of indexes into <paramref name="manifests"/>: a stretch of the given order that is of one rank.</summary>
    public static IEnumerable<Range> Split(IReadOnlyList<Manifest> manifests)
    {
        for (var start = 0; start < manifests.Count;)
        {
            var end = start + 1;
            while (end < manifests.Count && Rank(manifests[end].Ref) == Rank(manifests[start].Ref))
            {
                end++;
            }

            yield return start..end;
            start = end;
        }
    }

    public static bool IsNamespace(ObjectRef reference) => reference is { Kind: "Namespace", ApiVersion: "v1" };

    public static bool IsDefinition(ObjectRef reference) => reference is { Kind: "CustomResourceDefinition", Group: "apiextensions.k8s.io" };

    /// <summary>Lower is applied first and deleted last.</summary>
    public static int Rank(ObjectRef reference) => (reference.Group, reference.Kind) switch
    {
        ("", "Namespace") => 0,
        ("apiextensions.k8s.io", _) => 1,
        ("", "ServiceAccount" or "ConfigMap" or "Secret" or "PersistentVolumeClaim" or "PersistentVolume" or "Service" or "LimitRange" or "ResourceQuota") => 2,
        ("rbac.authorization.k8s.io" or "scheduling.k8s.io" or "storage.k8s.io", _) => 2,
        ("apps" or "batch", _) or ("", "Pod" or "ReplicationController") => 3,
        _ => 4,
    };
}
