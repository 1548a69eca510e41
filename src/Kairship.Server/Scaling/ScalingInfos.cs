using Kairship.Api.Scaling;
using Kairship.Delivery.Scaling;

namespace Kairship.Server.Scaling;

internal static class ScalingInfos
{
    public static ScalingInfo Of(string application, ScalingPolicy policy, ScalingAdvice advice, string? waits, string? release)
    {
        var limits = advice.Limits;
        return new ScalingInfo(
            application, policy.Owns.ToString(), advice.Verdict.ToString(), advice.Cause?.ToString(), advice.Current, advice.Total, advice.Ready, limits?.Min ?? policy.Min, limits?.Max ?? policy.Max,
            limits?.Rule, limits?.Since, advice.Reason, advice.Since, advice.At, advice.Next, waits, release, [.. policy.Metrics.Select(m => Of(m, advice))]);
    }

    private static ScalingMetricInfo Of(ScalingMetric metric, ScalingAdvice advice)
    {
        var reading = advice.Readings.FirstOrDefault(r => r.Metric == metric.Name);
        var opinion = advice.Metrics.FirstOrDefault(o => o.Metric == metric.Name);
        return new ScalingMetricInfo(
            metric.Name, metric.Provider.ToString(), metric.Target, metric.TargetType.ToString(), reading?.Value, opinion?.Total, opinion?.Sentence ?? "It has not been read yet.",
            reading?.Pods ?? 0, reading?.Missing ?? 0);
    }
}
