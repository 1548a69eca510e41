using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Tables;

/// <summary>What an autoscaler measures against what it aims at: <c>cpu: 40%/80%</c>.</summary>
internal static class AutoscalerCells
{
    public static string Targets(JsonObject autoscaler)
    {
        var current = PodDefaults.Items(autoscaler["status"]?["currentMetrics"]).ToList();
        var texts = PodDefaults.Items(autoscaler["spec"]?["metrics"]).Select(metric =>
        {
            var name = JsonTree.Text(metric["resource"]?["name"]);
            if (name is null)
                return "<unknown>";
            var target = metric["resource"]!["target"];
            var now = current.Find(c => JsonTree.Text(c["resource"]?["name"]) == name)?["resource"]?["current"];
            return target?["averageUtilization"] is { } percent
                ? $"{name}: {(now?["averageUtilization"] is { } used ? $"{used}%" : "<unknown>")}/{percent}%"
                : $"{name}: {(now?["averageValue"] is { } amount ? TableColumn.Plain(amount) : "<unknown>")}/{TableColumn.Plain(target?["averageValue"])}";
        }).ToList();
        return texts.Count == 0 ? "<none>" : string.Join(", ", texts);
    }
}
