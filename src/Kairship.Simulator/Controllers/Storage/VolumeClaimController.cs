using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Storage;

/// <summary>Binds every claim to a volume that exists by name only. A claim that is deleted stays until no pod uses it.</summary>
internal sealed class VolumeClaimController(ControlContext context) : Controller(context)
{
    private const string Protection = "kubernetes.io/pvc-protection";

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "persistentvolumeclaims" })
        {
            if (change.Type == ChangeType.Added || (change.Type == ChangeType.Modified && change.Object.IsDeleting()))
            {
                Enqueue(change.Key);
            }
        }
        else if (change.Key is { Group: "", Plural: "pods" } && (change.Type == ChangeType.Deleted || Pods.IsFinished(change.Object)))
        {
            foreach (var claim in ClaimsOf(change.Object))
            {
                Enqueue(new ObjectKey("", "persistentvolumeclaims", change.Key.Namespace, claim));
            }
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Get(key) is not { } claim)
        {
            return null;
        }

        if (!claim.IsDeleting())
        {
            Store.Update(key, Bind);
        }
        else if (!Store.List("", "pods", key.Namespace).Any(p => !Pods.IsFinished(p) && ClaimsOf(p).Contains(key.Name)))
        {
            Store.Update(key, Release);
        }

        return null;
    }

    private static JsonObject Bind(JsonObject claim)
    {
        var status = JsonTree.Child(claim, "status");
        status["phase"] = "Bound";
        status["capacity"] = JsonTree.CopyNode(claim.Spec("resources", "requests"));
        status["accessModes"] = JsonTree.CopyNode(claim.Spec("accessModes"));
        JsonTree.Child(claim, "spec")["volumeName"] ??= $"pvc-{claim.UidOf()}";
        var meta = JsonTree.Child(claim, "metadata");
        if (meta["finalizers"] is not JsonArray finalizers)
        {
            meta["finalizers"] = finalizers = [];
        }

        if (!finalizers.Any(f => JsonTree.Text(f) == Protection))
        {
            finalizers.Add(Protection);
        }

        return claim;
    }

    private static JsonObject Release(JsonObject claim)
    {
        var meta = JsonTree.Child(claim, "metadata");
        JsonArray left = [.. (meta["finalizers"] as JsonArray ?? []).Select(JsonTree.Text).Where(f => f != Protection).Select(f => JsonValue.Create(f))];
        meta.Remove("finalizers");
        if (left.Count > 0)
        {
            meta["finalizers"] = left;
        }

        return claim;
    }

    private static IEnumerable<string> ClaimsOf(JsonObject pod) =>
        pod.Spec("volumes").Items().Select(v => JsonTree.Text(v["persistentVolumeClaim"]?["claimName"])).OfType<string>();
}
