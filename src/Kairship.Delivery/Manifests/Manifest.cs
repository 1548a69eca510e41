using System.Text.Json.Nodes;

namespace Kairship.Delivery.Manifests;

/// <summary>Names one object of a cluster. <see cref="Namespace"/> is null for what is cluster-scoped (or not decided yet).</summary>
public sealed record ObjectRef(string ApiVersion, string Kind, string? Namespace, string Name)
{
    /// <summary>The API group: "apps" of "apps/v1", "" of "v1".</summary>
    public string Group => ApiVersion.IndexOf('/') is >= 0 and var slash ? ApiVersion[..slash] : "";

    /// <summary>Same object whatever the version of its kind.</summary>
    public string Identity => $"{Group}/{Kind}/{Namespace}/{Name}";

    public override string ToString() => Namespace is null ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}

/// <summary>One Kubernetes object as somebody wants it. Treat <see cref="Json"/> as immutable: change a clone.</summary>
public sealed record Manifest(ObjectRef Ref, JsonObject Json)
{
    /// <exception cref="ManifestException">apiVersion, kind or metadata.name is missing or not a text.</exception>
    public static Manifest From(JsonObject json)
    {
        var metadata = json["metadata"] as JsonObject;
        return new Manifest(
            new ObjectRef(Text(json, "apiVersion"), Text(json, "kind"), metadata?["namespace"]?.ToString(), Text(metadata, "name", "metadata.name")), json);
    }

    private static string Text(JsonObject? json, string property, string? path = null) =>
        json?[property] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
            ? text
            : throw new ManifestException($"{path ?? property} is missing: every Kubernetes object needs apiVersion, kind and metadata.name.");
}

/// <summary>A source is not YAML, or not Kubernetes objects. The message says where and what would be right.</summary>
public sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner);
