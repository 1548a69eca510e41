using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>What the scheduler says of a pod that fits nowhere, word for word (FitError and the preemption that follows it, as of 1.34).</summary>
internal static class SchedulingMessage
{
    public static string Of(JsonObject pod, int nodes, IReadOnlyList<Unfit> refusals)
    {
        var preemption = JsonTree.Text(pod.Spec("preemptionPolicy")) == "Never"
            ? "not eligible due to preemptionPolicy=Never."
            : Available(nodes, refusals.Select(r => r.Resolvable ? "No preemption victims found for incoming pod" : "Preemption is not helpful for scheduling"));
        return $"{Available(nodes, refusals.SelectMany(r => r.Reasons))} no new claims to deallocate, preemption: {preemption}";
    }

    private static string Available(int nodes, IEnumerable<string> reasons)
    {
        var counted = reasons.GroupBy(r => r, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}").Order(StringComparer.Ordinal);
        return $"0/{nodes} nodes are available: {string.Join(", ", counted)}.";
    }
}
