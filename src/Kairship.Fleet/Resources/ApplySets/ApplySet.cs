using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources.ApplySets;

/// <summary>
/// The objects of one application in one cluster as an ApplySet (KEP-3659), which kubectl and other tools know: members carry the set's id, and a ConfigMap in the
/// application's namespace, the parent, says which kinds and namespaces the members are of.
/// </summary>
/// <param name="Namespace">The application's.</param>
public sealed record ApplySet(string Application, string Namespace)
{
    /// <summary>Label of members: the set's id.</summary>
    public const string PartOf = "applyset.kubernetes.io/part-of";

    /// <summary>Label of the parent: the set's id.</summary>
    public const string IdLabel = "applyset.kubernetes.io/id";

    /// <summary>Annotation of the parent: who applies the set, "name/version". No other tool may.</summary>
    public const string Tooling = "applyset.kubernetes.io/tooling";

    /// <summary>Annotation of the parent: "Deployment.apps,Service", sorted.</summary>
    public const string GroupKinds = "applyset.kubernetes.io/contains-group-kinds";

    /// <summary>Annotation of the parent: the members' namespaces but for the parent's own, sorted.</summary>
    public const string AdditionalNamespaces = "applyset.kubernetes.io/additional-namespaces";

    internal const string ToolName = "kairship";

    private string? _id;

    public ObjectRef Parent => new("v1", "ConfigMap", Namespace, $"kairship-{Application}");

    /// <summary>applyset-(base64url of the SHA-256 of "name.namespace.kind.group" of the parent)-v1</summary>
    public string Id => _id ??= IdOf(Parent);

    internal static string IdOf(ObjectRef parent)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{parent.Name}.{parent.Namespace}.{parent.Kind}.{parent.Group}"));
        return $"applyset-{Base64Url.EncodeToString(hash)}-v1";
    }
}
