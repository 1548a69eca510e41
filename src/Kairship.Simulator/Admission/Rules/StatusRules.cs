using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Counts in the status of a workload.</summary>
internal static class StatusRules
{
    static readonly string[] All =
        ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "fullyLabeledReplicas", "currentReplicas", "observedGeneration", "collisionCount"];

    public static void Counts(JsonObject? status, bool isDeployment, Violations violations)
    {
        foreach (var name in All)
            violations.AtLeast($"status.{name}", status?[name], 0);
        var total = JsonTree.Number(status?["replicas"]) ?? 0;
        string[] bounded = isDeployment ? ["updatedReplicas", "readyReplicas", "availableReplicas"] : ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"];
        foreach (var name in bounded)
        {
            var count = JsonTree.Number(status?[name]) ?? 0;
            if (count > total)
                violations.Invalid($"status.{name}", count, "cannot be greater than status.replicas");
        }
        if (JsonTree.Number(status?["availableReplicas"]) > (JsonTree.Number(status?["readyReplicas"]) ?? 0))
            violations.Invalid("status.availableReplicas", status!["availableReplicas"], "cannot be greater than readyReplicas");
    }
}
