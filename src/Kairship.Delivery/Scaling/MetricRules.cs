namespace Kairship.Delivery.Scaling;

/// <summary>From one metric to a total, by the rules of Kubernetes' horizontal pod autoscaler.</summary>
internal static class MetricRules
{
    /// <summary>Above what any policy takes, so that no value overflows.</summary>
    private const decimal Most = 10_000_000m;

    /// <param name="current">The total now.</param>
    /// <param name="ready">How many of these are ready: what a Value is caused by. Replicas that are on their way must not be asked for again.</param>
    public static MetricOpinion Judge(ScalingMetric metric, MetricReading? reading, int current, int ready, decimal tolerance)
    {
        if (metric.TargetValue is not { } target)
        {
            return new MetricOpinion(metric.Name, null, null, $"{metric.Name} has no target that is a number above 0 ('{metric.Target}').");
        }

        if (reading?.Value is not { } value || value < 0)
        {
            var why = reading is null ? "nothing was read" : reading.Error ?? (reading.Value is { } odd ? $"{odd} is less than 0" : "it gave no number");
            return new MetricOpinion(metric.Name, null, null, $"{metric.Name} could not be read: {why}.");
        }

        var (total, ratio) = metric.Provider == MetricProvider.Resource
            ? Resource(metric.TargetType, value, target, reading, current, tolerance)
            : metric.TargetType == MetricTarget.Value ? Value(value / target, current, ready, tolerance) : Average(value, target, current, tolerance);
        var wants = total == current ? $"{total} stay" : $"it wants {total}";
        var missing = reading.Missing > 0 ? $", {reading.Missing} pods not measured" : "";
        return new MetricOpinion(metric.Name, total, ratio, $"{metric.Name} is {Show(ratio * 100m)} % of its target {metric.Target}{missing}: {wants}.");
    }

    private static (int Total, decimal Ratio) Value(decimal ratio, int current, int ready, decimal tolerance)
    {
        if (IsWithin(ratio, tolerance))
        {
            return (current, ratio);
        }

        // None are there: the ratio itself says how many.
        return Toward(ratio, Ceiling(ratio * (current == 0 ? 1 : ratio > 1 ? ready : current)), current);
    }

    private static (int Total, decimal Ratio) Average(decimal value, decimal target, int current, decimal tolerance)
    {
        var ratio = current == 0 ? value / target : value / target / current;
        return current > 0 && IsWithin(ratio, tolerance) ? (current, ratio) : (Ceiling(value / target), ratio);
    }

    private static (int Total, decimal Ratio) Resource(MetricTarget type, decimal value, decimal target, MetricReading reading, int current, decimal tolerance)
    {
        if (reading.Pods <= 0)
        {
            return (current, 1m);
        }

        var sum = type == MetricTarget.Utilization ? value * reading.Pods : value;
        var measured = sum / target / reading.Pods;
        if (reading.Missing <= 0)
        {
            return IsWithin(measured, tolerance) ? (current, measured) : Toward(measured, Ceiling(measured * reading.Pods), current);
        }

        // As cautious as it can be: who was not measured is on target on the way down, and idle on the way up.
        var pods = reading.Pods + reading.Missing;
        var ratio = (sum + (measured < 1 ? reading.Missing * target : 0)) / target / pods;
        var turned = measured < 1 != ratio < 1;
        return turned || IsWithin(ratio, tolerance) ? (current, ratio) : Toward(ratio, Ceiling(ratio * pods), current);
    }

    // A ratio above 1 never asks for fewer than there are, and one below never for more, whatever number of pods was measured.
    private static (int Total, decimal Ratio) Toward(decimal ratio, int wanted, int current) => (ratio > 1 ? Math.Max(current, wanted) : Math.Min(current, wanted), ratio);

    private static bool IsWithin(decimal ratio, decimal tolerance) => Math.Abs(ratio - 1m) <= tolerance;

    private static int Ceiling(decimal wanted) => (int)decimal.Ceiling(Math.Min(wanted, Most));

    private static string Show(decimal percent) => Math.Min(percent, 1_000_000m).ToString("0.#");
}
