namespace Kairship.Delivery.Applications;

/// <summary>Where the manifests of an application come from when a release names none: a place on the server, or a text.</summary>
public sealed record SourceSpec
{
    /// <summary>A file or folder below one of the server's source roots: manifests, a kustomization or a Helm chart. Null: <see cref="Inline"/>.</summary>
    public string? Path { get; init; }

    /// <summary>YAML or JSON.</summary>
    public string? Inline { get; init; }

    /// <summary>Folders inside of a folder of manifests count too.</summary>
    public bool Recursive { get; init; }

    /// <summary>For charts: files of values inside of the source's folder, later ones over earlier ones.</summary>
    public IReadOnlyList<string> HelmValues { get; init; } = [];
}
