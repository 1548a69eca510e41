using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>
/// Events as kubectl describe shows them; repeats raise the count. Only so many are kept, and fewer of the routine that every start of a pod
/// makes: the oldest go.
/// </summary>
internal sealed class EventRecorder(ObjectStore store, TimeProvider clock)
{
    private readonly Ring _routine = new(512);
    private readonly Ring _others = new(384);

    public void Record(JsonObject about, string type, string reason, string message, string component, string? fieldPath = null)
    {
        var e = New(about, type, reason, message, fieldPath);
        var now = clock.Stamp();
        e["source"] = new JsonObject { ["component"] = component };
        e["reportingComponent"] = component;
        e["reportingInstance"] = "";
        e["firstTimestamp"] = now;
        e["lastTimestamp"] = now;
        e["count"] = 1;
        Put(about, e, component == "kubelet" && type == "Normal" ? _routine : _others, repeated =>
        {
            repeated["count"] = (JsonTree.Number(repeated["count"]) ?? 1) + 1;
            repeated["lastTimestamp"] = now;
            return repeated;
        });
    }

    /// <summary>An event in the form of events.k8s.io, as the scheduler writes: an action at one moment, repeats as a series.</summary>
    public void RecordAction(JsonObject about, string type, string reason, string action, string message, string component)
    {
        var e = New(about, type, reason, message, fieldPath: null);
        var now = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        e["source"] = new JsonObject();
        e["reportingComponent"] = component;
        e["reportingInstance"] = $"{component}-simulated";
        e["action"] = action;
        e["eventTime"] = now;
        e["firstTimestamp"] = null;
        e["lastTimestamp"] = null;
        Put(about, e, type == "Normal" ? _routine : _others, repeated =>
        {
            repeated["series"] = new JsonObject { ["count"] = (JsonTree.Number(repeated["series"]?["count"]) ?? 1) + 1, ["lastObservedTime"] = now };
            return repeated;
        });
    }

    private void Put(JsonObject about, JsonObject e, Ring ring, Func<JsonObject, JsonObject> again)
    {
        var id = (about.UidOf(), JsonTree.Text(e["reason"])!, JsonTree.Text(e["message"])!);
        if (ring.Find(id) is { } known && store.Update(known, again) is not null)
        {
            return;
        }

        var ns = about.NamespaceOf() ?? "default";
        if (store.Get(new ObjectKey("", "namespaces", null, ns)) is not { } home || home.IsDeleting())
        {
            return;
        }

        var key = new ObjectKey("", "events", ns, $"{about.NameOf()}.{Random.Shared.NextInt64():x16}");
        store.Create(key, e);
        if (ring.Add(id, key) is { } oldest)
        {
            store.Delete(oldest);
        }
    }

    private static JsonObject New(JsonObject about, string type, string reason, string message, string? fieldPath) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject(),
        ["involvedObject"] = Reference(about, fieldPath),
        ["type"] = type,
        ["reason"] = reason,
        ["message"] = message,
    };

    private static JsonObject Reference(JsonObject about, string? fieldPath)
    {
        var reference = new JsonObject
        {
            ["apiVersion"] = JsonTree.Text(about["apiVersion"]),
            ["kind"] = about.KindOf(),
            ["name"] = about.NameOf(),
            // A node's events carry its name for a uid.
            ["uid"] = about.KindOf() == "Node" ? about.NameOf() : about.UidOf(),
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

    /// <summary>The events of one sort that are kept, by what they say.</summary>
    private sealed class Ring(int size)
    {
        private readonly Dictionary<(string Uid, string Reason, string Message), ObjectKey> _known = [];
        private readonly Queue<(string Uid, string Reason, string Message)> _order = new();

        public ObjectKey? Find((string, string, string) id) => _known.TryGetValue(id, out var key) ? key : null;

        /// <returns>The event that has to go for it.</returns>
        public ObjectKey? Add((string, string, string) id, ObjectKey key)
        {
            if (!_known.ContainsKey(id))
            {
                _order.Enqueue(id);
            }

            _known[id] = key;
            return _order.Count > size && _known.Remove(_order.Dequeue(), out var oldest) ? oldest : null;
        }
    }
}
