using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Plans;

/// <summary>Whether objects of a kind live in a namespace.</summary>
public static class KindScope
{
    private static readonly HashSet<string> ClusterScoped =
    [
        "/Namespace", "/Node", "/PersistentVolume", "/ComponentStatus",
        "apiextensions.k8s.io/CustomResourceDefinition", "apiregistration.k8s.io/APIService",
        "rbac.authorization.k8s.io/ClusterRole", "rbac.authorization.k8s.io/ClusterRoleBinding",
        "storage.k8s.io/StorageClass", "storage.k8s.io/CSIDriver", "storage.k8s.io/CSINode", "storage.k8s.io/VolumeAttachment", "storage.k8s.io/VolumeAttributesClass",
        "scheduling.k8s.io/PriorityClass", "node.k8s.io/RuntimeClass", "networking.k8s.io/IngressClass",
        "networking.k8s.io/IPAddress", "networking.k8s.io/ServiceCIDR",
        "admissionregistration.k8s.io/ValidatingWebhookConfiguration", "admissionregistration.k8s.io/MutatingWebhookConfiguration",
        "admissionregistration.k8s.io/ValidatingAdmissionPolicy", "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
        "admissionregistration.k8s.io/MutatingAdmissionPolicy", "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
        "certificates.k8s.io/CertificateSigningRequest", "certificates.k8s.io/ClusterTrustBundle",
        "flowcontrol.apiserver.k8s.io/FlowSchema", "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
        "resource.k8s.io/DeviceClass", "resource.k8s.io/ResourceSlice",
    ];

    private static readonly HashSet<string> BuiltInGroups =
    [
        "", "apps", "batch", "autoscaling", "policy", "events.k8s.io", "discovery.k8s.io", "coordination.k8s.io",
        .. ClusterScoped.Select(kind => kind[..kind.IndexOf('/', StringComparison.Ordinal)]),
    ];

    /// <summary>Built-in kinds by table, custom ones by a definition among the manifests, then by <paramref name="ask"/>; what nobody knows counts as namespaced.</summary>
    public static bool IsNamespaced(ObjectRef reference, IReadOnlyList<Manifest> manifests, Func<ObjectRef, bool?> ask)
    {
        if (ClusterScoped.Contains($"{reference.Group}/{reference.Kind}"))
        {
            return false;
        }

        return BuiltInGroups.Contains(reference.Group) || (Defined(reference, manifests) ?? ask(reference) ?? true);
    }

    private static bool? Defined(ObjectRef reference, IReadOnlyList<Manifest> manifests)
    {
        var definition = manifests.FirstOrDefault(m =>
            m.Ref.Kind == "CustomResourceDefinition"
            && m.Json["spec"] is JsonObject spec
            && spec["group"]?.ToString() == reference.Group
            && PodTemplates.At(spec, "names", "kind")?.ToString() == reference.Kind);
        return PodTemplates.At(definition?.Json, "spec", "scope")?.ToString() switch
        {
            "Namespaced" => true,
            "Cluster" => false,
            _ => null,
        };
    }
}
