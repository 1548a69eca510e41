using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>Taints of nodes and what pods bear of them.</summary>
internal static class Tolerations
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";
    public const string Unschedulable = "node.kubernetes.io/unschedulable";
    private const long DefaultSeconds = 300;

    /// <summary>Every pod bears a node that is not ready or not reachable for five minutes, unless it says otherwise itself (DefaultTolerationSeconds).</summary>
    public static void AddDefaults(JsonObject podSpec)
    {
        foreach (var key in (ReadOnlySpan<string>)[NotReady, Unreachable])
        {
            if (podSpec["tolerations"].Items().Any(t => JsonTree.Text(t["effect"]) is null or "" or "NoExecute" && (JsonTree.Text(t["key"]) ?? "") is var k && (k.Length == 0 || k == key)))
            {
                continue;
            }

            if (podSpec["tolerations"] is not JsonArray tolerations)
            {
                podSpec["tolerations"] = tolerations = [];
            }

            tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = DefaultSeconds });
        }
    }

    public static bool Tolerates(JsonObject pod, string key, string value, string effect) => Matching(pod, key, value, effect).Any();

    public static bool Tolerates(JsonObject pod, JsonObject taint) =>
        Tolerates(pod, JsonTree.Text(taint["key"]) ?? "", JsonTree.Text(taint["value"]) ?? "", JsonTree.Text(taint["effect"]) ?? "");

    /// <summary>How long a pod bears taints that end pods.</summary>
    /// <returns>Zero when it does not bear one of them, null when it bears all for ever.</returns>
    public static TimeSpan? Patience(JsonObject pod, IEnumerable<JsonObject> taints)
    {
        TimeSpan? least = null;
        foreach (var taint in taints)
        {
            List<JsonObject> bearing =
                [.. Matching(pod, JsonTree.Text(taint["key"]) ?? "", JsonTree.Text(taint["value"]) ?? "", JsonTree.Text(taint["effect"]) ?? "")];
            if (bearing.Count == 0)
            {
                return TimeSpan.Zero;
            }

            foreach (var seconds in bearing.Select(t => JsonTree.Number(t["tolerationSeconds"])).OfType<long>())
            {
                var time = TimeSpan.FromSeconds(Math.Max(0, seconds));
                least = least is null || time < least ? time : least;
            }
        }

        return least;
    }

    private static IEnumerable<JsonObject> Matching(JsonObject pod, string key, string value, string effect) =>
        pod.Spec("tolerations").Items().Where(t =>
            (JsonTree.Text(t["effect"]) is not { Length: > 0 } wanted || wanted == effect)
            && (JsonTree.Text(t["key"]) is not { Length: > 0 } name ? JsonTree.Text(t["operator"]) == "Exists" : name == key)
            && (JsonTree.Text(t["operator"]) == "Exists" || (JsonTree.Text(t["value"]) ?? "") == value));
}
