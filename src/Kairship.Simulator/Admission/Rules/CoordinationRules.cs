using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Leases and Events.</summary>
internal static class CoordinationRules
{
    public static void Lease(JsonObject lease, Violations violations)
    {
        if (JsonTree.Number(lease["spec"]?["leaseDurationSeconds"]) <= 0)
            violations.Invalid("spec.leaseDurationSeconds", lease["spec"]!["leaseDurationSeconds"]!.DeepClone(), "must be greater than 0");
        if (JsonTree.Number(lease["spec"]?["leaseTransitions"]) < 0)
            violations.Invalid("spec.leaseTransitions", lease["spec"]!["leaseTransitions"]!.DeepClone(), "must be greater than or equal to 0");
    }

    public static void Event(JsonObject entry, bool ofEventsGroup, Violations violations)
    {
        var about = entry[ofEventsGroup ? "regarding" : "involvedObject"];
        var (ns, its) = (JsonTree.Text(entry["metadata"]!["namespace"]), JsonTree.Text(about?["namespace"]) ?? "");
        if (its.Length == 0 ? ns != "default" : its != ns)
            violations.Invalid(ofEventsGroup ? "regarding.namespace" : "involvedObject.namespace", its, "does not match event.namespace");
        if (!ofEventsGroup)
            return;
        if (entry["eventTime"] is null)
            violations.Required("eventTime");
        if (JsonTree.Text(entry["type"]) is not ("Normal" or "Warning"))
            violations.Invalid("type", entry["type"]?.DeepClone() ?? "", $"has invalid value: {JsonTree.Text(entry["type"])}");
    }
}
