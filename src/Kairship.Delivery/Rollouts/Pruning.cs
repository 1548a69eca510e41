using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Rollouts;

/// <summary>What a revision no longer has.</summary>
public static class Pruning
{
    /// <summary>
    /// Objects that were there before and are not wanted any more, in the order of deletion. Namespaces and custom resource definitions are never among them:
    /// deleting one takes along objects that Kairship did not create; they are left behind (<see cref="LeftBehind"/>).
    /// </summary>
    public static IReadOnlyList<ObjectRef> Stale(IReadOnlyList<ObjectRef> before, IReadOnlyList<Manifest> after) =>
        Gone(before, after).Where(reference => !ApplyOrder.TakesOthersAlong(reference)).ToList();

    /// <summary>Objects that are not wanted any more and stay all the same; a person may delete them.</summary>
    public static IReadOnlyList<ObjectRef> LeftBehind(IReadOnlyList<ObjectRef> before, IReadOnlyList<Manifest> after) =>
        Gone(before, after).Where(ApplyOrder.TakesOthersAlong).ToList();

    private static List<ObjectRef> Gone(IReadOnlyList<ObjectRef> before, IReadOnlyList<Manifest> after)
    {
        var wanted = after.Select(manifest => manifest.Ref.Identity).ToHashSet();
        var gone = before.Where(reference => !wanted.Contains(reference.Identity)).DistinctBy(reference => reference.Identity).ToList();
        gone.Sort((a, b) => ApplyOrder.Compare(b, a));
        return gone;
    }
}
