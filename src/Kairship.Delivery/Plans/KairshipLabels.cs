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

    /// <summary>Label of a cluster: its place inside a wave, a whole number.</summary>
    public const string Order = "kairship.io/order";
}
