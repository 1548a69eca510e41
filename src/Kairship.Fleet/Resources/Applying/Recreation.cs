using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Applying;

/// <summary>
/// Deletes an object and creates it anew where a field cannot be changed. First the cluster is asked, under another name, whether it would take the new one: a
/// mistake in the manifest must not cost the object that runs.
/// </summary>
internal sealed class Recreation(ClusterConnection connection, TimeProvider clock)
{
    /// <summary>What is lost with these cannot be made again: the application's general permission does not cover them.</summary>
    public static bool NeedsOwnPermission(ObjectRef reference) =>
        ApplyOrder.TakesOthersAlong(reference) || reference is { Group: "", Kind: "PersistentVolumeClaim" or "PersistentVolume" };

    public static bool IsAllowed(Manifest manifest, ApplyOptions options) =>
        OwnershipLabels.AnnotationOf(manifest.Json, KairshipLabels.Recreate) == "allowed" || (options.Recreate && !NeedsOwnPermission(manifest.Ref));

    public async Task<ObjectApplied> RecreateAsync(Manifest manifest, LiveObject live, ApplyOptions options, CancellationToken cancellationToken)
    {
        await RehearseAsync(manifest, options, cancellationToken);
        var whole = await connection.Resources.GetAsync(manifest.Ref, cancellationToken);
        if (whole is not null)
        {
            await connection.Resources.DeleteAsync(manifest.Ref, PropagationFor(manifest, whole), live.Uid, cancellationToken);
        }

        JsonObject? left = null;
        var gone = await Settling.UntilAsync(clock, connection.Options.SettleTimeout, async () =>
        {
            left = await connection.Resources.GetAsync(manifest.Ref, ClusterRequest.Metadata, cancellationToken);
            return left?["metadata"]?["uid"]?.ToString() != live.Uid;
        }, cancellationToken);
        if (!gone)
        {
            return new ObjectApplied(
                manifest.Ref, ApplyOutcome.Failed, "NotRecreated",
                $"deleted so that it can be created anew, but not gone within {connection.Options.SettleTimeout.TotalSeconds:0} s{Finalizers.Explain(left!)}", IsTransient: true);
        }

        await connection.Resources.ApplyRawAsync(manifest, options with { Force = true }, null, cancellationToken);
        return new ObjectApplied(manifest.Ref, ApplyOutcome.Recreated);
    }

    /// <summary>
    /// A StatefulSet's pods stay and are taken over by the new one, as long as it selects the same ones; those of other selectors must be gone first, since the new
    /// ones have their names. What others own is deleted after its owner.
    /// </summary>
    internal static DeletePropagation PropagationFor(Manifest manifest, JsonObject live) =>
        manifest.Ref is not { Group: "apps", Kind: "StatefulSet" } ? DeletePropagation.Background
        : JsonNode.DeepEquals(manifest.Json["spec"]?["selector"], live["spec"]?["selector"]) ? DeletePropagation.Orphan
        : DeletePropagation.Foreground;

    private async Task RehearseAsync(Manifest manifest, ApplyOptions options, CancellationToken cancellationToken)
    {
        if (ApplyOrder.IsDefinition(manifest.Ref) || manifest.Ref is { Group: "apiregistration.k8s.io" })
        {
            // Their names say what they are: under another one they are always refused.
            return;
        }

        var name = StandInName(manifest.Ref);
        var json = (JsonObject)manifest.Json.DeepClone();
        json["metadata"]!["name"] = name;
        await connection.Resources.ApplyRawAsync(
            new Manifest(manifest.Ref with { Name = name }, json), options with { DryRun = true, Force = true }, null, cancellationToken);
    }

    /// <summary>A name that nothing has.</summary>
    internal static string StandInName(ObjectRef reference)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(reference.Identity)))[..8];
        var stem = reference.Name.Length > 50 ? reference.Name[..50] : reference.Name;
        return $"{stem.TrimEnd('-', '.')}-{hash}";
    }
}
