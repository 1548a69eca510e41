using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>
/// Pods are given time to end: a deletion marks a pod that runs on a node with the moment of its end, and the kubelet removes it with a grace period of 0
/// (strategy.CheckGracefulDelete and rest.BeforeDelete of Kubernetes). Everything else goes at once.
/// </summary>
internal static class GracefulDeletion
{
    private const long DefaultSeconds = 30;

    /// <summary>Seconds that a deletion leaves the object.</summary>
    /// <param name="asked">What the deletion asks for; null for the object's own.</param>
    public static long Seconds(ObjectKey key, JsonObject obj, long? asked)
    {
        if (!IsPod(key) || JsonTree.Text(obj["spec"]?["nodeName"]) is not { Length: > 0 } || JsonTree.Text(obj["status"]?["phase"]) is "Succeeded" or "Failed")
        {
            return 0;
        }

        var seconds = asked ?? JsonTree.Number(obj["spec"]?["terminationGracePeriodSeconds"]) ?? DefaultSeconds;
        return seconds < 0 ? 1 : seconds;
    }

    /// <summary>What is left of a deletion that has begun; 0 when nothing but finalizers holds the object.</summary>
    public static long Left(JsonObject obj) => JsonTree.Number(obj["metadata"]?["deletionGracePeriodSeconds"]) ?? 0;

    /// <summary>Takes time away from a deletion that has begun.</summary>
    public static void Shorten(JsonObject obj, long seconds)
    {
        var meta = JsonTree.Child(obj, "metadata");
        var end = DateTimeOffset.Parse(JsonTree.Text(meta["deletionTimestamp"])!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        meta["deletionTimestamp"] = Stamp(end.AddSeconds(seconds - Left(obj)));
        meta["deletionGracePeriodSeconds"] = seconds;
    }

    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static bool IsPod(ObjectKey key) => key is { Group: "", Plural: "pods" };
}
