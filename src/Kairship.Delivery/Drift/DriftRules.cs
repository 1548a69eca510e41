using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Drift;

/// <summary>Compares what is with what was released. What an autoscaler may move, and what the application lets differ, counts as released the way it is.</summary>
public static class DriftRules
{
    private const string Replicas = "/spec/replicas";

    /// <summary>
    /// What to put back over a live object: the released manifest, with the live value wherever that may differ. It keeps those values without giving up their fields: a
    /// field that its only owner no longer applies would fall back to its default.
    /// </summary>
    /// <param name="autoscaled">Keys ("Deployment/web") of the workloads in this namespace that an autoscaler sizes.</param>
    public static Manifest Wanted(Manifest released, JsonObject? live, DriftPolicy policy, IReadOnlySet<string> autoscaled)
    {
        if (live is null)
        {
            return released;
        }

        var json = (JsonObject)released.Json.DeepClone();
        if (IsScaledByOthers(released.Ref, live, autoscaled))
        {
            Yield(json, live, Replicas);
        }

        foreach (var pointer in policy.Ignore)
        {
            Yield(json, live, pointer);
        }

        return released with { Json = json };
    }

    /// <summary>Null: it is as it was released.</summary>
    /// <param name="live">The object as it is; null when there is none.</param>
    /// <param name="applied">What the cluster would make of it if <see cref="Wanted"/> were applied.</param>
    public static DriftedObject? Compare(ObjectRef reference, JsonObject? live, JsonObject? applied, DriftPolicy policy)
    {
        if (live is null)
        {
            return new DriftedObject(reference, DriftKind.Missing, [], []);
        }

        if (applied is null)
        {
            return null;
        }

        var changes = FieldDiff.Compare(Without(live, policy.Ignore), Without(applied, policy.Ignore), reference);
        return changes.Count == 0 ? null : new DriftedObject(reference, DriftKind.Changed, changes, FieldOwners.Of(live, [.. changes.Select(c => c.Path)]));
    }

    /// <summary>Of an autoscaler, or of whoever last set them through the scale subresource: a person who scaled by hand meant it.</summary>
    public static bool IsScaledByOthers(ObjectRef reference, JsonObject live, IReadOnlySet<string> autoscaled) =>
        WorkloadKey.HasReplicas(reference) && (autoscaled.Contains(WorkloadKey.Of(reference)) || FieldOwners.Scaler(live) is not null);

    private static void Yield(JsonObject manifest, JsonObject live, string pointer)
    {
        if (JsonPointer.TryFind(live, pointer, out var value))
        {
            JsonPointer.Replace(manifest, pointer, value);
        }
        else
        {
            JsonPointer.Remove(manifest, pointer);
        }
    }

    private static JsonObject Without(JsonObject obj, IReadOnlyList<string> pointers)
    {
        if (pointers.Count == 0)
        {
            return obj;
        }

        var copy = (JsonObject)obj.DeepClone();
        foreach (var pointer in pointers)
        {
            JsonPointer.Remove(copy, pointer);
        }

        return copy;
    }
}
