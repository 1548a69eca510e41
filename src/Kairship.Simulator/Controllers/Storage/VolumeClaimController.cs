using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Storage;

/// <summary>Binds every claim to a volume that exists by name only.</summary>
internal sealed class VolumeClaimController(ControlContext context) : Controller(context)
{
    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "persistentvolumeclaims" } && change.Type == ChangeType.Added)
        {
            Enqueue(change.Key);
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        Store.Update(
            key,
            claim =>
            {
                var status = JsonTree.Child(claim, "status");
                status["phase"] = "Bound";
                status["capacity"] = JsonTree.CopyNode(claim.Spec("resources", "requests"));
                status["accessModes"] = JsonTree.CopyNode(claim.Spec("accessModes"));
                JsonTree.Child(claim, "spec")["volumeName"] ??= $"pvc-{claim.UidOf()}";
                return claim;
            });
        return null;
    }
}
