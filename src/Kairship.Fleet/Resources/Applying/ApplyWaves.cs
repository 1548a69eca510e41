using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Fleet.Resources.Applying;

/// <summary>Objects that may be applied at the same time. Inside a wave no kind needs another one of it to be there.</summary>
internal static class ApplyWaves
{
    /// <summary>Ranges of indexes into <paramref name="manifests"/>: a stretch of the given order that is of one rank.</summary>
    public static IEnumerable<Range> Split(IReadOnlyList<Manifest> manifests)
    {
        for (var start = 0; start < manifests.Count;)
        {
            var end = start + 1;
            while (end < manifests.Count && ApplyOrder.Rank(manifests[end].Ref) == ApplyOrder.Rank(manifests[start].Ref))
            {
                end++;
            }

            yield return start..end;
            start = end;
        }
    }
}
