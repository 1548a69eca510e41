using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Resources;

/// <summary>What must be known of an object before it is written or deleted.</summary>
/// <param name="Set">The id of the ApplySet that it is a member of.</param>
internal sealed record LiveObject(string Uid, string ResourceVersion, string? Application, string? Set, string? Release, long? Epoch, bool Terminating, JsonObject Object)
{
    public static LiveObject Of(JsonObject obj) => new(
        obj["metadata"]?["uid"]?.ToString() ?? "",
        obj["metadata"]?["resourceVersion"]?.ToString() ?? "",
        OwnershipLabels.LabelOf(obj, OwnershipLabels.Application),
        OwnershipLabels.LabelOf(obj, ApplySet.PartOf),
        OwnershipLabels.AnnotationOf(obj, OwnershipLabels.Release),
        long.TryParse(OwnershipLabels.AnnotationOf(obj, OwnershipLabels.Epoch), CultureInfo.InvariantCulture, out var epoch) ? epoch : null,
        obj["metadata"]?["deletionTimestamp"] is not null,
        obj);

    /// <summary>Why the object must not be written; null: it may.</summary>
    public (string Reason, string Message)? Objection(Manifest manifest, ApplyOptions options)
    {
        if (Terminating)
        {
            return ("Terminating", $"it is being deleted{Finalizers.Explain(Object)}; apply again once it is gone");
        }

        return IsSuperseded(options.ReleaseId, options.Epoch)
            ? ("Superseded", $"epoch {Epoch} of release {Release} has written it already, this is epoch {options.Epoch}")
            : ForeignTo(manifest, options);
    }

    /// <summary>A newer epoch of the same release has written it: whoever asks has been replaced.</summary>
    public bool IsSuperseded(string? release, long? epoch) => Release is not null && Release == release && Epoch > epoch;

    /// <summary>It belongs to the application by its label or, where somebody took that off, by its set.</summary>
    public bool BelongsTo(string? application, ApplySet? set) => application is not null && (Application == application || (Application is null && set is not null && Set == set.Id));

    /// <summary>The write takes over an object that was somebody else's.</summary>
    public bool IsAdoptedBy(Manifest manifest, ApplyOptions options) =>
        !BelongsTo(OwnershipLabels.LabelOf(manifest.Json, OwnershipLabels.Application), options.ApplySet);

    private (string Reason, string Message)? ForeignTo(Manifest manifest, ApplyOptions options)
    {
        if (!IsAdoptedBy(manifest, options))
        {
            return null;
        }

        if (Application is not null)
        {
            // The manifest's own label counts for nothing here: only the name says that this very application is meant.
            return OwnershipLabels.AnnotationOf(manifest.Json, KairshipLabels.AdoptFrom) == Application ? null : ("NotOurs",
                $"it belongs to application {Application}; rename yours, or take it over with the annotation {KairshipLabels.AdoptFrom}: {Application} on its manifest");
        }

        return options.Adopt || OwnershipLabels.AnnotationOf(manifest.Json, KairshipLabels.Adopt) == "true" ? null : ("NotOurs",
            $"it exists and {Origin.Of(Object)}; delete it, rename yours, or adopt it: spec.apply.adopt: Unowned of the application, or the annotation {KairshipLabels.Adopt}: \"true\" on its manifest");
    }
}
