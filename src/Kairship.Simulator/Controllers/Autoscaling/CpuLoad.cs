using System.Text.Json.Nodes;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Autoscaling;

/// <summary>
/// The CPU use that an autoscaler sees. The annotation <c>fake/cpu-load</c> on the autoscaler or its target is the use of all pods together
/// (<c>1200m</c>); without it, every pod uses exactly what the autoscaler aims at, so that it keeps the current size.
/// </summary>
internal static class CpuLoad
{
    public const string Annotation = "fake/cpu-load";
    public const int DefaultTarget = 80;

    /// <summary>The utilization that is aimed at, in percent of the requests.</summary>
    public static int Target(JsonObject autoscaler) =>
        autoscaler.Spec("metrics").Items()
            .Where(m => JsonTree.Text(JsonTree.At(m, "resource", "name")) == "cpu")
            .Select(m => JsonTree.At(m, "resource", "target", "averageUtilization").Int())
            .FirstOrDefault(u => u > 0) is > 0 and var target ? target : DefaultTarget;

    /// <summary>Why there is no utilization: a container that asks for no CPU has no percentage of it.</summary>
    public static string? Unmeasurable(IReadOnlyList<JsonObject> pods)
    {
        foreach (var pod in pods)
        {
            foreach (var container in pod.Spec("containers").Items())
            {
                if (JsonTree.At(container, "resources", "requests", "cpu") is null && JsonTree.At(container, "resources", "limits", "cpu") is null)
                {
                    return $"missing request for cpu in container {JsonTree.Text(container["name"])} of Pod {pod.NameOf()}";
                }
            }
        }

        return null;
    }

    /// <summary>The current utilization in percent, and what a pod uses on average in thousandths of a CPU.</summary>
    public static (int Percent, long AverageMilli) Utilization(JsonObject autoscaler, JsonObject target, IReadOnlyList<JsonObject> readyPods)
    {
        var requested = readyPods.Sum(p => NodeLedger.Requests(p).GetValueOrDefault("cpu"));
        if ((autoscaler.Annotation(Annotation) ?? target.Annotation(Annotation)) is not { } load || requested == 0)
        {
            var aim = Target(autoscaler);
            return (aim, readyPods.Count == 0 ? 0 : requested * aim / 100 / readyPods.Count);
        }

        var used = Quantity.Milli(load);
        return ((int)(used * 100 / requested), used / readyPods.Count);
    }
}
