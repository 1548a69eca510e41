using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources;

/// <summary>The marks that Kairship leaves on objects.</summary>
public static class OwnershipLabels
{
    /// <summary>Label: the application that an object belongs to.</summary>
    public const string Application = "kairship.io/application";

    /// <summary>Label: "canary" on what exists only while a canary runs.</summary>
    public const string Track = "kairship.io/track";

    /// <summary>Label of a canary's objects, annotation of all applied objects: the release that wrote last.</summary>
    public const string Release = "kairship.io/release";

    /// <summary>Annotation: the fencing epoch of the workflow instance that wrote last.</summary>
    public const string Epoch = "kairship.io/epoch";

    internal static string? LabelOf(JsonObject obj, string label) => obj["metadata"]?["labels"]?[label]?.ToString();

    internal static string? AnnotationOf(JsonObject obj, string annotation) => obj["metadata"]?["annotations"]?[annotation]?.ToString();
}
