using Kairship.Simulator.Objects.Versions;

namespace Kairship.Simulator.Objects;

/// <summary>The built-in kinds. Kinds of CustomResourceDefinitions are served beside them once those are created.</summary>
public static class ResourceCatalog
{
    public static IReadOnlyList<ResourceType> BuiltIn { get; } =
    [
        .. Core(),
        .. Workloads(),
        .. Policies(),
        .. Infrastructure(),
    ];

    /// <summary>The built-in kind with this group and plural; null when there is none.</summary>
    public static ResourceType? Find(string group, string plural) => BuiltIn.FirstOrDefault(t => t.Group == group && t.Plural == plural);

    static IEnumerable<ResourceType> Core() =>
    [
        In("", "v1", "ConfigMap", "configmaps", "cm"),
        In("", "v1", "Endpoints", "endpoints", "ep") with { Singular = "endpoints" },
        In("", "v1", "Event", "events", "ev"),
        In("events.k8s.io", "v1", "Event", "events", "ev") with { Conversion = EventVersions.Conversion },
        In("", "v1", "LimitRange", "limitranges", "limits"),
        Global("", "v1", "Namespace", "namespaces", "ns") with { HasStatus = true, Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"] },
        Global("", "v1", "Node", "nodes", "no") with { HasStatus = true },
        In("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc") with { HasStatus = true },
        Global("", "v1", "PersistentVolume", "persistentvolumes", "pv") with { HasStatus = true },
        In("", "v1", "Pod", "pods", "po") with { HasStatus = true, Categories = ["all"] },
        In("", "v1", "ReplicationController", "replicationcontrollers", "rc") with { HasStatus = true, HasScale = true, Categories = ["all"] },
        In("", "v1", "ResourceQuota", "resourcequotas", "quota") with { HasStatus = true },
        In("", "v1", "Secret", "secrets"),
        In("", "v1", "ServiceAccount", "serviceaccounts", "sa"),
        In("", "v1", "Service", "services", "svc") with { HasStatus = true, Categories = ["all"] },
    ];

    static IEnumerable<ResourceType> Workloads() =>
    [
        In("apps", "v1", "ControllerRevision", "controllerrevisions"),
        In("apps", "v1", "DaemonSet", "daemonsets", "ds") with { HasStatus = true, Categories = ["all"] },
        In("apps", "v1", "Deployment", "deployments", "deploy") with { HasStatus = true, HasScale = true, Categories = ["all"] },
        In("apps", "v1", "ReplicaSet", "replicasets", "rs") with { HasStatus = true, HasScale = true, Categories = ["all"] },
        In("apps", "v1", "StatefulSet", "statefulsets", "sts") with { HasStatus = true, HasScale = true, Categories = ["all"] },
        In("batch", "v1", "CronJob", "cronjobs", "cj") with { HasStatus = true, Categories = ["all"] },
        In("batch", "v1", "Job", "jobs") with { HasStatus = true, Categories = ["all"] },
        In("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa") with { HasStatus = true, Categories = ["all"] },
        In("autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa") with
        {
            HasStatus = true,
            Categories = ["all"],
            Conversion = AutoscalerVersions.Conversion,
        },
    ];

    static IEnumerable<ResourceType> Policies() =>
    [
        In("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb") with { HasStatus = true },
        In("networking.k8s.io", "v1", "Ingress", "ingresses", "ing") with { Singular = "ingress", HasStatus = true },
        In("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "netpol") with { Singular = "networkpolicy" },
        Global("networking.k8s.io", "v1", "IngressClass", "ingressclasses") with { Singular = "ingressclass" },
        Global("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles"),
        Global("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings"),
        In("rbac.authorization.k8s.io", "v1", "Role", "roles"),
        In("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
        Global("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "pc") with { Singular = "priorityclass" },
    ];

    static IEnumerable<ResourceType> Infrastructure() =>
    [
        In("coordination.k8s.io", "v1", "Lease", "leases"),
        In("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"),
        Global("storage.k8s.io", "v1", "StorageClass", "storageclasses", "sc") with { Singular = "storageclass" },
        Global("storage.k8s.io", "v1", "CSIDriver", "csidrivers"),
        Global("storage.k8s.io", "v1", "CSINode", "csinodes"),
        Global("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", "crd", "crds") with { HasStatus = true, Categories = ["api-extensions"] },
    ];

    static ResourceType In(string group, string version, string kind, string plural, params string[] shortNames) =>
        new(group, version, kind, plural, kind.ToLowerInvariant(), Namespaced: true, shortNames);

    static ResourceType Global(string group, string version, string kind, string plural, params string[] shortNames) =>
        new(group, version, kind, plural, kind.ToLowerInvariant(), Namespaced: false, shortNames);
}
