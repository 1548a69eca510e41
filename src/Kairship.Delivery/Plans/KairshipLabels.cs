namespace Kairship.Delivery.Plans;

/// <summary>The labels and annotations that Kairship writes on objects.</summary>
public static class KairshipLabels
{
    /// <summary>Whose object it is. What lacks it, or has another's, is never changed or pruned unasked.</summary>
    public const string Application = "kairship.io/application";
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string ManagedByValue = "kairship";

    /// <summary>Tells canary pods and objects (value <see cref="Canary"/>) from stable ones, which have no track.</summary>
    public const string Track = "kairship.io/track";
    public const string Canary = "canary";

    /// <summary>Label on canary objects, annotation on all: the release that wrote it.</summary>
    public const string Release = "kairship.io/release";

    /// <summary>Annotation: the fencing epoch of the write.</summary>
    public const string Epoch = "kairship.io/epoch";

    /// <summary>Annotation of a manifest, "true": an object of this name that nobody's release has is taken over.</summary>
    public const string Adopt = "kairship.io/adopt";

    /// <summary>Annotation of a manifest: the application of Kairship that the object may be taken over from.</summary>
    public const string AdoptFrom = "kairship.io/adopt-from";

    /// <summary>Annotation of a manifest, "force": its fields are taken over from other managers.</summary>
    public const string Conflicts = "kairship.io/conflicts";

    /// <summary>Annotation of a manifest, "allowed": where a field cannot be changed, the object is deleted and created anew, whatever is in it.</summary>
    public const string Recreate = "kairship.io/recreate";

    /// <summary>Label of a cluster: its place inside a wave, a whole number.</summary>
    public const string Order = "kairship.io/order";

    /// <summary>Label of a cluster, "elastic": nodes come when pods need them, so that what is free now limits nothing.</summary>
    public const string Capacity = "kairship.io/capacity";
    public const string Elastic = "elastic";
}
