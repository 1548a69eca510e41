using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Applying;

/// <summary>Tells "this cannot be changed any more" from "this is wrong": only the first goes away when the object is created anew.</summary>
internal static class ImmutableFields
{
    // Kubernetes' own words, over its versions and kinds; there is no machine-readable mark.
    private static readonly string[] Signs =
    [
        "field is immutable",
        "is immutable after creation",
        "is immutable once",
        "Value is immutable",
        "may not change once set",
        "may not be changed",
        "cannot change roleRef",
        "updates to statefulset spec for fields other than",
        "pod updates may not change fields other than",
        "updates to parameters are forbidden",
        "updates to provisioner are forbidden",
        "updates to reclaimPolicy are forbidden",
        "updates to volumeBindingMode are forbidden",
        "updates to parameters, provisioner",
        "field can not be less than previous value",
    ];

    /// <summary>The fields that cannot be changed. Empty when there is none, or when anything else is wrong too: then creating it anew would fail as well.</summary>
    public static IReadOnlyList<StatusCause> Of(ClusterException exception)
    {
        if (exception.Status != 422)
        {
            return [];
        }

        var causes = exception.Causes.Count > 0 ? exception.Causes : [new StatusCause("", "", exception.Detail)];
        return causes.All(c => IsSign(c.Message)) ? causes : [];
    }

    private static bool IsSign(string message) => Signs.Any(sign => message.Contains(sign, StringComparison.Ordinal));
}
