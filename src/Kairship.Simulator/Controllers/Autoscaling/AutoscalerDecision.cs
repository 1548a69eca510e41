using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Autoscaling;

/// <summary>How many replicas an autoscaler wants (horizontal.go, replica_calculator.go): ratio with a tolerance of 10%, then the bounds. Pure.</summary>
internal static class AutoscalerDecision
{
    private const double Tolerance = 0.1;

    /// <summary>Replicas for a measured utilization, before the bounds.</summary>
    public static int Proposed(int current, int readyPods, int utilization, int target)
    {
        if (readyPods == 0)
        {
            return current;
        }

        var ratio = (double)utilization / target;
        return Math.Abs(ratio - 1) <= Tolerance ? current : (int)Math.Ceiling(ratio * readyPods);
    }

    /// <summary>Within minReplicas and maxReplicas, growing at most to twice the size or to four in one step; with the condition's reason.</summary>
    public static (int Replicas, string Limited, string Reason) Bounded(JsonObject autoscaler, int current, int proposed)
    {
        var min = autoscaler.Spec("minReplicas").Int(1);
        var max = autoscaler.Spec("maxReplicas").Int(1);
        var fastest = Math.Max(4, current * 2);
        if (proposed > max)
        {
            return (Math.Min(max, fastest), "True", "TooManyReplicas");
        }

        if (proposed < min)
        {
            return (min, "True", "TooFewReplicas");
        }

        return proposed > fastest && current > 0 ? (fastest, "True", "ScaleUpLimit") : (proposed, "False", "DesiredWithinRange");
    }
}
