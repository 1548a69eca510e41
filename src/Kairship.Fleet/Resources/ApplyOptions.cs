using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

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

    /// <summary>Takes over objects that exist and do not carry this application's label; otherwise they are refused.</summary>
    public bool Adopt { get; init; }

    /// <summary>Creates the namespaces that the objects are in and that do not exist.</summary>
    public bool CreateNamespace { get; init; }
}

/// <summary>The body of a server-side apply.</summary>
internal static class ApplyBody
{
    public static byte[] Build(Manifest manifest, ApplyOptions options, JsonObject? live = null)
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

        Annotate(metadata, OwnershipLabels.Release, options.ReleaseId ?? Live(live, OwnershipLabels.Release));
        Annotate(metadata, OwnershipLabels.Epoch, options.Epoch?.ToString(CultureInfo.InvariantCulture) ?? Live(live, OwnershipLabels.Epoch));
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    // A plan must not show the marks of the last release as a change.
    private static string? Live(JsonObject? live, string annotation) => live is null ? null : OwnershipLabels.AnnotationOf(live, annotation);

    private static void Annotate(JsonObject metadata, string key, string? value)
    {
        if (value is null)
        {
            return;
        }

        if (metadata["annotations"] is not JsonObject annotations)
        {
            metadata["annotations"] = annotations = [];
        }

        annotations[key] = value;
    }
}
