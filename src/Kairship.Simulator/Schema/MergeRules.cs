namespace Kairship.Simulator.Schema;

/// <summary>How one field of a built-in type is merged.</summary>
/// <param name="Keys">Keys of a list whose elements server-side apply merges.</param>
internal sealed record MergeRule(string[] Keys, bool IsSet = false, bool Atomic = false)
{
    /// <summary>Key of the elements in strategic merge patches; null when they replace the list.</summary>
    public string? PatchKey { get; init; }

    /// <summary>In the words of x-kubernetes-patch-strategy; null when the list is replaced.</summary>
    public string? PatchStrategy { get; init; }
}

/// <summary>
/// The one table of merge keys, sets and atomic maps, by type and field, for server-side apply and strategic merge patches.
/// Lists that are not named here are atomic, maps that are not named here are merged by key.
/// Source: the x-kubernetes-list-* and x-kubernetes-map-type annotations of the Kubernetes API types.
/// </summary>
internal static class MergeRules
{
    static readonly Dictionary<string, MergeRule> Fields = Build();

    static readonly HashSet<string> AtomicTypes =
    [
        "V1LabelSelector", "V1NodeSelector", "V1NodeSelectorTerm", "V1ObjectReference", "V1LocalObjectReference", "V1SecretKeySelector",
        "V1ConfigMapKeySelector", "V1ObjectFieldSelector", "V1ResourceFieldSelector", "V1TypedLocalObjectReference", "V1RoleRef",
        "V1EndpointAddress", "Corev1EndpointPort", "Discoveryv1EndpointPort", "V1ScopeSelector", "V1SecretReference", "V1TopologySelectorTerm",
        "V1FileKeySelector",
    ];

    static readonly HashSet<string> AtomicMaps =
    [
        "V1PodSpec.nodeSelector", "V1ServiceSpec.selector", "V1ReplicationControllerSpec.selector", "V1Endpoint.deprecatedTopology",
        "V1CSIPersistentVolumeSource.volumeAttributes",
    ];

    public static MergeRule? Of(string type, string field) =>
        AtomicMaps.Contains($"{type}.{field}") ? new MergeRule([], Atomic: true) : Fields.GetValueOrDefault($"{type}.{field}");

    public static bool IsAtomic(string type) => AtomicTypes.Contains(type);

    static Dictionary<string, MergeRule> Build()
    {
        var rules = new Dictionary<string, MergeRule>();
        foreach (var type in (ReadOnlySpan<string>)["V1Container", "V1EphemeralContainer"])
        {
            Keyed($"{type}.env", "name");
            Keyed($"{type}.ports", "containerPort", "protocol");
            Keyed($"{type}.volumeMounts", "mountPath");
            Keyed($"{type}.volumeDevices", "devicePath");
        }
        foreach (var field in (ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers", "volumes", "imagePullSecrets", "schedulingGates", "resourceClaims"])
            Keyed($"V1PodSpec.{field}", "name");
        Keyed("V1PodSpec.hostAliases", "ip");
        Keyed("V1PodSpec.topologySpreadConstraints", "topologyKey", "whenUnsatisfiable");
        Keyed("V1PodStatus.podIPs", "ip");
        Keyed("V1PodStatus.resourceClaimStatuses", "name");
        rules["V1ResourceRequirements.claims"] = new MergeRule(["name"]);
        Keyed("V1ServiceSpec.ports", "port", "protocol");
        Keyed("V1ServiceAccount.secrets", "name");
        Keyed("V1NodeStatus.addresses", "type");
        Keyed("V1CSINodeSpec.drivers", "name");
        Keyed("V1ObjectMeta.ownerReferences", "uid");
        foreach (var type in (ReadOnlySpan<string>)["V1Deployment", "V1ReplicaSet", "V1StatefulSet", "V1DaemonSet", "V1Pod", "V1Service", "V1Namespace",
            "V1Node", "V1PersistentVolumeClaim", "V1ReplicationController", "V1PodDisruptionBudget", "V2HorizontalPodAutoscaler"])
            Keyed($"{type}Status.conditions", "type");
        rules["V1CustomResourceDefinitionStatus.conditions"] = new MergeRule(["type"]);
        // Replaced as a whole by an apply, merged by a patch.
        rules["V1JobStatus.conditions"] = new MergeRule([], Atomic: true) { PatchKey = "type", PatchStrategy = "merge" };
        rules["V1PodStatus.hostIPs"] = new MergeRule([], Atomic: true) { PatchKey = "ip", PatchStrategy = "merge" };
        foreach (var field in (ReadOnlySpan<string>)["V1PodSpec.volumes", "V1PodSpec.resourceClaims"])
            rules[field] = rules[field] with { PatchStrategy = "merge,retainKeys" };
        foreach (var set in (ReadOnlySpan<string>)["V1ObjectMeta.finalizers", "V1NodeSpec.podCIDRs"])
            rules[set] = new MergeRule([], IsSet: true) { PatchStrategy = "merge" };
        foreach (var set in (ReadOnlySpan<string>)["V1Endpoint.addresses", "V1CSIDriverSpec.volumeLifecycleModes"])
            rules[set] = new MergeRule([], IsSet: true);
        return rules;

        void Keyed(string field, params string[] keys) => rules[field] = new MergeRule(keys) { PatchKey = keys[0], PatchStrategy = "merge" };
    }
}
