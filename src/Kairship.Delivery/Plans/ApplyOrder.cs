using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Plans;

/// <summary>What is applied before what; deleted in reverse.</summary>
public static class ApplyOrder
{
    private static readonly Dictionary<string, int> Ranks = Table(
        ["Namespace"],
        ["CustomResourceDefinition"],
        [
            "ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding",
            // Limits and classes that what follows is admitted by.
            "ResourceQuota", "LimitRange", "PriorityClass", "StorageClass", "RuntimeClass", "IngressClass", "NetworkPolicy",
        ],
        ["ConfigMap", "Secret", "PersistentVolume", "PersistentVolumeClaim"],
        ["Service"],
        ["Pod", "ReplicationController", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"],
        ["HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress"]);

    private static readonly HashSet<string> BuiltInGroups =
    [
        "", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io", "scheduling.k8s.io", "node.k8s.io",
        "apiextensions.k8s.io",
    ];

    /// <summary>The last wave: whatever is not named above, custom resources and admission webhooks among them.</summary>
    public static int Rest => 7;

    /// <summary>0 for namespaces to <see cref="Rest"/>. Objects of one rank may be applied at the same time, once those of lower ranks are.</summary>
    public static int Rank(ObjectRef reference) => BuiltInGroups.Contains(reference.Group) ? Ranks.GetValueOrDefault(reference.Kind, Rest) : Rest;

    /// <summary>By rank, then kind, namespace and name.</summary>
    public static int Compare(ObjectRef a, ObjectRef b)
    {
        var byRank = Rank(a).CompareTo(Rank(b));
        var byKind = byRank != 0 ? byRank : string.CompareOrdinal(a.Kind, b.Kind);
        var byNamespace = byKind != 0 ? byKind : string.CompareOrdinal(a.Namespace, b.Namespace);
        var byName = byNamespace != 0 ? byNamespace : string.CompareOrdinal(a.Name, b.Name);
        return byName != 0 ? byName : string.CompareOrdinal(a.ApiVersion, b.ApiVersion);
    }

    public static int Compare(Manifest a, Manifest b) => Compare(a.Ref, b.Ref);

    private static Dictionary<string, int> Table(params string[][] kindsByRank) =>
        kindsByRank.SelectMany((kinds, rank) => kinds.Select(kind => (kind, rank))).ToDictionary(entry => entry.kind, entry => entry.rank);
}
