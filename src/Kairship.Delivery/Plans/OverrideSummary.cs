using Kairship.Delivery.Overrides;

namespace Kairship.Delivery.Plans;

/// <summary>What override rules changed in one cluster, as far as a plan keeps it.</summary>
/// <param name="More">How many effects are not kept.</param>
public sealed record OverrideSummary(IReadOnlyList<OverrideEffect> Effects, int More)
{
    private const int MostEffects = 50;
    private const int MostChanges = 20;

    public static OverrideSummary Of(IReadOnlyList<OverrideEffect> effects) => new(
        [.. effects.Take(MostEffects).Select(e => e.Changes.Count <= MostChanges ? e : e with { Changes = [.. e.Changes.Take(MostChanges)] })], Math.Max(0, effects.Count - MostEffects));
}
