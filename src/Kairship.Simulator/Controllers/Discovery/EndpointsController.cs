using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Discovery;

/// <summary>Endpoints and one EndpointSlice for each Service with a selector. Services without one keep what people write there.</summary>
internal sealed class EndpointsController(ControlContext context) : Controller(context)
{
    // Only touched while changes are observed, which happens one at a time.
    private readonly Dictionary<string, Dictionary<string, JsonObject>> _selectors = new(StringComparer.Ordinal);

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "services" })
        {
            ObserveService(change);
        }
        else if (change.Key is { Group: "", Plural: "pods" } && Matters(change) && _selectors.TryGetValue(change.Key.Namespace ?? "", out var services))
        {
            foreach (var (name, selector) in services)
            {
                if (LabelSelector.MatchesMap(selector, change.Object.LabelsOf())
                    || (change.Old is not null && LabelSelector.MatchesMap(selector, change.Old.LabelsOf())))
                {
                    Enqueue(new ObjectKey("", "services", change.Key.Namespace, name));
                }
            }
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        var endpointsKey = key with { Plural = "endpoints" };
        if (Store.Get(key) is not { } service)
        {
            Store.Delete(endpointsKey);
            return null;
        }

        if (service.Spec("selector") is not JsonObject { Count: > 0 } selector || !Context.IsOpen(key.Namespace))
        {
            return null;
        }

        List<JsonObject> pods =
        [
            .. Store.List("", "pods", key.Namespace).Where(p =>
                LabelSelector.MatchesMap(selector, p.LabelsOf()) && Pods.IsActive(p) && JsonTree.Text(p.Status("podIP")) is { Length: > 0 }),
        ];
        Put(endpointsKey, EndpointsOf.Service(service, pods));
        var slice = Index.Owned(service.UidOf(), "endpointslices").FirstOrDefault()?.NameOf() ?? $"{key.Name}-{ControlContext.Suffix()}";
        Put(new ObjectKey("discovery.k8s.io", "endpointslices", key.Namespace, slice), EndpointsOf.Slice(service, pods));
        return null;
    }

    private void ObserveService(ObjectChange change)
    {
        var ns = change.Key.Namespace ?? "";
        if (!_selectors.TryGetValue(ns, out var services))
        {
            _selectors[ns] = services = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        }

        services.Remove(change.Key.Name);
        if (change.Type != ChangeType.Deleted && change.Object.Spec("selector") is JsonObject { Count: > 0 } selector)
        {
            services[change.Key.Name] = selector;
        }

        Enqueue(change.Key);
    }

    private static bool Matters(ObjectChange change) =>
        change.Old is not { } old
        || change.Type == ChangeType.Deleted
        || Pods.IsReady(old) != Pods.IsReady(change.Object)
        || Pods.IsActive(old) != Pods.IsActive(change.Object)
        || JsonTree.Text(old.Status("podIP")) != JsonTree.Text(change.Object.Status("podIP"))
        || !JsonNode.DeepEquals(old.LabelsOf(), change.Object.LabelsOf());

    private void Put(ObjectKey key, JsonObject wanted)
    {
        if (Store.Get(key) is null)
        {
            Store.Create(key, wanted);
            return;
        }

        Store.Update(
            key,
            current =>
            {
                foreach (var field in (ReadOnlySpan<string>)["subsets", "endpoints", "ports", "addressType"])
                {
                    if (wanted[field] is { } value)
                    {
                        current[field] = JsonTree.CopyNode(value);
                    }
                    else
                    {
                        current.Remove(field);
                    }
                }

                return current;
            });
    }
}
