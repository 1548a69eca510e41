using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Scaling;

/// <summary>minReplicas and maxReplicas of a cluster's HorizontalPodAutoscaler.</summary>
public sealed record ScalingShare(int Min, int Max);

/// <summary>The bounds of every cluster.</summary>
/// <param name="Note">What is otherwise than was asked for, as a sentence.</param>
/// <param name="Problem">Why they cannot be divided; then there are no shares.</param>
public sealed record BoundsDivision(IReadOnlyDictionary<string, ScalingShare> Shares, string? Note = null, string? Problem = null);

/// <summary>
/// Bounds over clusters, for applications whose clusters size their workloads themselves. A total is divided by the placement. Whole bounds are divided by Webster with the same
/// weights, so that no cluster's min is above its max; an autoscaler takes no bound below 1, so that every cluster starts with one seat.
/// </summary>
public static class ScalingDivision
{
    /// <param name="weights">The application's clusters, each once: the replicas that the placement gives them, or the room that they have.</param>
    public static BoundsDivision Bounds(int min, int max, IReadOnlyList<(string Cluster, long Weight)> weights)
    {
        if (weights.Count == 0)
        {
            return new BoundsDivision(new Dictionary<string, ScalingShare>());
        }

        if (max < weights.Count)
        {
            return new BoundsDivision(new Dictionary<string, ScalingShare>(), Problem:
                $"A max of {max} cannot be divided over {weights.Count} clusters: an autoscaler takes no maxReplicas below 1. Raise max to {weights.Count}, or place the application in fewer clusters.");
        }

        var least = Math.Clamp(min, weights.Count, max);
        var seats = weights.ToDictionary(w => w.Cluster, _ => 1);
        var (lower, upper) = (Webster.Divide(least, weights, seats), Webster.Divide(max, weights, seats));
        return new BoundsDivision(
            new SortedDictionary<string, ScalingShare>(lower.ToDictionary(l => l.Key, l => new ScalingShare(l.Value, upper[l.Key])), StringComparer.Ordinal),
            least > min ? $"The min is {least} instead of {min}: each of the {weights.Count} clusters has at least 1." : null);
    }
}
