using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects.Versions;

/// <summary>Events of events.k8s.io/v1 are those of core/v1 under other names.</summary>
internal static class EventVersions
{
    static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"), ("count", "deprecatedCount"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("source", "deprecatedSource"),
    ];

    public static Conversion Conversion { get; } = new(
        "",
        served => Renamed(served, "v1", Names.Select(n => (n.Events, n.Core))),
        stored => Renamed(stored, "events.k8s.io/v1", Names));

    static JsonObject Renamed(JsonObject from, string version, IEnumerable<(string From, string To)> names)
    {
        var to = names.ToDictionary(n => n.From, n => n.To);
        var renamed = new JsonObject();
        foreach (var (name, value) in from)
            renamed[to.GetValueOrDefault(name, name)] = JsonTree.CopyNode(value);
        renamed["apiVersion"] = version;
        return renamed;
    }
}
