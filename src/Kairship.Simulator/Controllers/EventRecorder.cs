using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>Writes core/v1 Events; the same event again raises its count. The oldest go when there are too many.</summary>
internal sealed class EventRecorder(ObjectStore store, TimeProvider clock)
{
    private const int Kept = 512;
    private readonly Dictionary<(string Uid, string Reason, string Message), ObjectKey> _known = [];
    private readonly Queue<(string Uid, string Reason, string Message)> _order = new();

    public void Record(JsonObject about, string type, string reason, string message, string component, string? fieldPath = null)
    {
        var id = (about.UidOf(), reason, message);
        var now = clock.Stamp();
        if (_known.TryGetValue(id, out var known) && store.Update(known, e => Again(e, now)) is not null)
        {
            return;
        }

        var ns = about.NamespaceOf() ?? "default";
        if (store.Get(new ObjectKey("", "namespaces", null, ns)) is not { } home || home.IsDeleting())
        {
            return;
        }

        var key = new ObjectKey("", "events", ns, $"{about.NameOf()}.{Random.Shared.NextInt64():x16}");
        store.Create(key, New(about, type, reason, message, component, fieldPath, now));
        if (!_known.ContainsKey(id))
        {
            _order.Enqueue(id);
        }

        _known[id] = key;
        if (_order.Count > Kept)
        {
            _known.Remove(_order.Dequeue(), out var oldest);
            store.Delete(oldest);
        }
    }

    private static JsonObject Again(JsonObject e, string now)
    {
        e["count"] = (JsonTree.Number(e["count"]) ?? 1) + 1;
        e["lastTimestamp"] = now;
        return e;
    }

    private static JsonObject New(JsonObject about, string type, string reason, string message, string component, string? fieldPath, string now) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject(),
        ["involvedObject"] = Reference(about, fieldPath),
        ["type"] = type,
        ["reason"] = reason,
        ["message"] = message,
        ["source"] = new JsonObject { ["component"] = component },
        ["reportingComponent"] = component,
        ["reportingInstance"] = "",
        ["firstTimestamp"] = now,
        ["lastTimestamp"] = now,
        ["count"] = 1,
    };

    private static JsonObject Reference(JsonObject about, string? fieldPath)
    {
        var reference = new JsonObject
        {
            ["apiVersion"] = JsonTree.Text(about["apiVersion"]),
            ["kind"] = about.KindOf(),
            ["name"] = about.NameOf(),
            ["uid"] = about.UidOf(),
            ["resourceVersion"] = JsonTree.Text(about["metadata"]?["resourceVersion"]),
        };
        if (about.NamespaceOf() is { } ns)
        {
            reference["namespace"] = ns;
        }

        if (fieldPath is not null)
        {
            reference["fieldPath"] = fieldPath;
        }

        return reference;
    }
}
