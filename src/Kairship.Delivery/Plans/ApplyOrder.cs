using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Plans;

/// <summary>What is applied before what; deleted in reverse.</summary>
public static class ApplyOrder
{
    private static readonly string[][] KindsByRank =
    [
        ["Namespace"],
        ["CustomResourceDefinition"],

        // What everything after it is admitted by.
        [
            "ResourceQuota", "LimitRange", "PriorityClass", "RuntimeClass", "IngressClass", "DeviceClass", "PriorityLevelConfiguration", "FlowSchema",
            "NetworkPolicy",
        ],
        ["ServiceAccount", "ClusterRole", "Role"],

        // A binding is checked against the rules of its role.
        ["ClusterRoleBinding", "RoleBinding"],
        ["ConfigMap", "Secret"],
        ["StorageClass", "VolumeAttributesClass", "CSIDriver"],
        ["PersistentVolume", "PersistentVolumeClaim"],

        // Before pods, which get the addresses of services in their environment.
        ["Service", "Endpoints", "EndpointSlice"],
        ["Pod", "PodTemplate", "ReplicationController", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"],
        ["HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress", "APIService"],
    ];

    // Applied last and deleted first: a webhook whose server is not there refuses all that it is asked about.
    private static readonly string[] Gates =
    [
        "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
    ];

    private static readonly HashSet<string> BuiltInGroups =
    [
        "", "apps", "batch", "autoscaling", "policy", "extensions", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io", "scheduling.k8s.io", "node.k8s.io",
        "discovery.k8s.io", "flowcontrol.apiserver.k8s.io", "resource.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "admissionregistration.k8s.io",
    ];

    private static readonly Dictionary<string, int> Ranks =
        KindsByRank.Append([]).Append(Gates).SelectMany((kinds, rank) => kinds.Select(kind => (kind, rank))).ToDictionary(entry => entry.kind, entry => entry.rank);

    /// <summary>Custom resources, and what else the table does not name: after all that is named but for admission webhooks and policies.</summary>
    public static int Rest => KindsByRank.Length;

    /// <summary>Admission webhooks and policies.</summary>
    public static int Last => Rest + 1;

    /// <summary>0 for namespaces to <see cref="Last"/>. Objects of one rank may be applied at the same time, once those of lower ranks are.</summary>
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

    /// <summary>True for what is never pruned and goes with an application only when that is asked for: others' objects would go with it.</summary>
    public static bool TakesOthersAlong(ObjectRef reference) => IsNamespace(reference) || IsDefinition(reference);

    public static bool IsNamespace(ObjectRef reference) => reference is { Group: "", Kind: "Namespace" };

    public static bool IsDefinition(ObjectRef reference) => reference is { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" };
}
