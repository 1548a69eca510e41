using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Discovery;

/// <summary>Gives each Service of type LoadBalancer an address out of 198.18.0.0/15 (benchmarking range, RFC 2544) and takes it back.</summary>
internal sealed class LoadBalancerController(ControlContext context) : Controller(context)
{
    private int _given;

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "services" } && change.Type != ChangeType.Deleted && Wanted(change.Object) != Has(change.Object))
        {
            Enqueue(change.Key);
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        Store.Update(
            key,
            service =>
            {
                if (Wanted(service) == Has(service))
                {
                    return null;
                }

                JsonTree.Child(service, "status")["loadBalancer"] = Wanted(service) ? Address() : new JsonObject();
                return service;
            },
            status: true);
        return null;
    }

    private JsonObject Address()
    {
        var n = ++_given;
        return new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["ip"] = $"198.18.{(n >> 8) & 255}.{n & 255}", ["ipMode"] = "VIP" }) };
    }

    private static bool Wanted(JsonObject service) => JsonTree.Text(service.Spec("type")) == "LoadBalancer";

    private static bool Has(JsonObject service) => service.Status("loadBalancer", "ingress") is JsonArray { Count: > 0 };
}
