using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Namespaces;

/// <summary>Each namespace has the ServiceAccount <c>default</c> and the ConfigMap <c>kube-root-ca.crt</c>.</summary>
internal sealed class NamespaceDefaultsController(ControlContext context) : Controller(context)
{
    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "namespaces" } && change.Type == ChangeType.Added)
        {
            Enqueue(change.Key);
        }
        else if (change.Type == ChangeType.Deleted
            && change.Key is { Group: "", Plural: "serviceaccounts", Name: "default" } or { Group: "", Plural: "configmaps", Name: "kube-root-ca.crt" })
        {
            Enqueue(new ObjectKey("", "namespaces", null, change.Key.Namespace ?? ""));
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Context.IsOpen(key.Name))
        {
            Ensure(new ObjectKey("", "serviceaccounts", key.Name, "default"), new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount" });
            Ensure(
                new ObjectKey("", "configmaps", key.Name, "kube-root-ca.crt"),
                new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["data"] = new JsonObject { ["ca.crt"] = Context.Options.CaPem } });
        }

        return null;
    }

    private void Ensure(ObjectKey key, JsonObject obj)
    {
        if (Store.Get(key) is null)
        {
            Store.Create(key, obj);
        }
    }
}
