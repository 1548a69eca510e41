using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Resources;

/// <summary>How objects are applied.</summary>
public sealed record ApplyOptions
{
    /// <summary>The name that field ownership is kept under.</summary>
    public string FieldManager { get; init; } = "kairship";

    /// <summary>Takes fields over that other managers own; otherwise they are conflicts.</summary>
    public bool Force { get; init; }

    /// <summary>Everything is checked by the cluster and nothing is written.</summary>
    public bool DryRun { get; init; }

    /// <summary>Annotated on the object.</summary>
    public string? ReleaseId { get; init; }

    /// <summary>Annotated on the object; a write of an older epoch of the same release than the object's is refused.</summary>
    public long? Epoch { get; init; }

    /// <summary>
    /// Takes over objects that exist and that no application of Kairship has; otherwise they are refused, unless their manifest asks for it. Those of another
    /// application are taken over only by manifests that name it.
    /// </summary>
    public bool Adopt { get; init; }

    /// <summary>Leaves objects as they are that would be adopted: what is only on trial must not take anything over.</summary>
    public bool DeferAdoption { get; init; }

    /// <summary>Deletes and creates anew where a field cannot be changed, but for namespaces, CRDs and volumes; otherwise such changes are refused, unless the manifest allows it.</summary>
    public bool Recreate { get; init; }

    /// <summary>The set that the objects are members of; null: of none.</summary>
    public ApplySet? ApplySet { get; init; }

    /// <summary>Creates the namespaces that the objects are in and that do not exist.</summary>
    public bool CreateNamespace { get; init; }
}

/// <summary>The body of a server-side apply.</summary>
internal static class ApplyBody
{
    /// <param name="live">The object as it is: the marks that the options do not set stay. null: nothing is known of it.</param>
    /// <param name="resourceVersion">The write is refused when the object is not at this version any more; null: whatever it is at.</param>
    public static byte[] Build(Manifest manifest, ApplyOptions options, JsonObject? live = null, string? resourceVersion = null)
    {
        var body = (JsonObject)manifest.Json.DeepClone();
        body.Remove("status");
        var metadata = (JsonObject)body["metadata"]!;
        foreach (var server in (string[])["managedFields", "creationTimestamp", "resourceVersion", "uid", "generation", "selfLink"])
        {
            metadata.Remove(server);
        }

        if (manifest.Ref.Namespace is { } ns)
        {
            metadata["namespace"] = ns;
        }

        if (resourceVersion is not null)
        {
            metadata["resourceVersion"] = resourceVersion;
        }

        Mark(metadata, "annotations", OwnershipLabels.Release, options.ReleaseId ?? Live(live, OwnershipLabels.Release));
        Mark(metadata, "annotations", OwnershipLabels.Epoch, options.Epoch?.ToString(CultureInfo.InvariantCulture) ?? Live(live, OwnershipLabels.Epoch));
        Mark(metadata, "labels", ApplySet.PartOf, options.ApplySet?.Id ?? (live is null ? null : OwnershipLabels.LabelOf(live, ApplySet.PartOf)));
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    // A plan must not show the marks of the last release as a change, and a write on nobody's behalf must not take them off.
    private static string? Live(JsonObject? live, string annotation) => live is null ? null : OwnershipLabels.AnnotationOf(live, annotation);

    private static void Mark(JsonObject metadata, string property, string key, string? value)
    {
        if (value is null)
        {
            return;
        }

        if (metadata[property] is not JsonObject marks)
        {
            metadata[property] = marks = [];
        }

        marks[key] = value;
    }
}
