using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Deployments;

/// <summary>The part of a Deployment's spec that its decisions rest on, with the defaults of the API.</summary>
internal sealed record DeploymentSpec(
    int Replicas,
    bool Recreate,
    int MaxSurge,
    int MaxUnavailable,
    int MinReadySeconds,
    int? ProgressDeadlineSeconds,
    int RevisionHistoryLimit,
    bool Paused)
{
    public static DeploymentSpec Read(JsonObject deployment)
    {
        var replicas = deployment.Spec("replicas").Int(1);
        var recreate = JsonTree.Text(deployment.Spec("strategy", "type")) == "Recreate";
        var (surge, unavailable) = recreate
            ? (0, 0)
            : Fenceposts(
                deployment.Spec("strategy", "rollingUpdate", "maxSurge"),
                deployment.Spec("strategy", "rollingUpdate", "maxUnavailable"),
                replicas);
        return new DeploymentSpec(
            replicas,
            recreate,
            surge,
            unavailable,
            deployment.Spec("minReadySeconds").Int(),
            // The API server takes the largest integer for "no deadline".
            deployment.Spec("progressDeadlineSeconds").Int(600) is var deadline && deadline == int.MaxValue ? null : deadline,
            deployment.Spec("revisionHistoryLimit").Int(10),
            deployment.Spec("paused").IsTrue());
    }

    /// <summary>
    /// Resolves the two bounds as Kubernetes does (ResolveFenceposts): a percentage of surge rounds up, one of unavailable down, and when both
    /// end at zero one pod may be unavailable, or nothing could ever move.
    /// </summary>
    internal static (int Surge, int Unavailable) Fenceposts(JsonNode? maxSurge, JsonNode? maxUnavailable, int replicas)
    {
        var surge = Resolve(maxSurge, replicas, roundUp: true);
        var unavailable = Resolve(maxUnavailable, replicas, roundUp: false);
        if (surge == 0 && unavailable == 0)
        {
            unavailable = 1;
        }

        return (surge, Math.Min(unavailable, replicas));
    }

    /// <summary>An integer, or a percentage of <paramref name="total"/>; 25% when nothing is said.</summary>
    internal static int Resolve(JsonNode? value, int total, bool roundUp, int percentWhenMissing = 25)
    {
        if (JsonTree.Number(value) is { } number)
        {
            return (int)number;
        }

        var percent = JsonTree.Text(value) is { } text && text.EndsWith('%') && int.TryParse(text[..^1], out var p) ? p : percentWhenMissing;
        return roundUp ? (int)((((long)percent * total) + 99) / 100) : (int)((long)percent * total / 100);
    }
}
