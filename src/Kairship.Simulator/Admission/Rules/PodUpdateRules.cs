using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>What may change in a pod that is there.</summary>
internal static class PodUpdateRules
{
    public static void Check(JsonObject pod, JsonObject? old, Violations violations)
    {
        if (old?["spec"] is not JsonObject before || pod["spec"] is not JsonObject after)
            return;
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            if (PodDefaults.Items(before[list]).Count() == PodDefaults.Items(after[list]).Count())
                continue;
            violations.Forbidden($"spec.{list}", $"pod updates may not add or remove {(list == "containers" ? list : "init containers")}");
            return;
        }
        Deadline(before["activeDeadlineSeconds"], after["activeDeadlineSeconds"], violations);
        if (!JsonNode.DeepEquals(Fixed(before), Fixed(after)))
        {
            violations.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }
        Tolerations(before, after, violations);
    }

    static void Deadline(JsonNode? before, JsonNode? after, Violations violations)
    {
        if (JsonTree.Number(before) is not { } was)
            return;
        if (JsonTree.Number(after) is not { } now)
            violations.Invalid("spec.activeDeadlineSeconds", null, "must not update from a positive integer to nil value");
        else if (now > was)
            violations.Invalid("spec.activeDeadlineSeconds", now, "must be less than or equal to previous value");
    }

    static void Tolerations(JsonObject before, JsonObject after, Violations violations)
    {
        var left = PodDefaults.Items(after["tolerations"]).Select(WithoutSeconds).ToList();
        if (!PodDefaults.Items(before["tolerations"]).Select(WithoutSeconds).All(t => left.Exists(l => JsonNode.DeepEquals(l, t))))
            violations.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
    }

    static JsonObject WithoutSeconds(JsonObject toleration)
    {
        var copy = JsonTree.Copy(toleration);
        copy.Remove("tolerationSeconds");
        return copy;
    }

    static JsonObject Fixed(JsonObject spec)
    {
        var copy = JsonTree.Copy(spec);
        foreach (var name in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations"])
            copy.Remove(name);
        foreach (var container in PodDefaults.Items(copy["containers"]).Concat(PodDefaults.Items(copy["initContainers"])))
            container.Remove("image");
        return copy;
    }
}
