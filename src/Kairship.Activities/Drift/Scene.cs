using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Drift;

namespace Kairship.Activities.Drift;

/// <summary>One comparison: the application as it is, what was released, and what was found the last time.</summary>
/// <param name="Before">Of the same release; null: this is the first.</param>
internal sealed record Scene(Application Application, Rendition Stable, DriftReport? Before)
{
    public HealDecision MayHeal(string cluster, DriftedObject drifted, DateTimeOffset now) =>
        drifted.Kind == DriftKind.Extra && !Application.Drift.Prune ? HealDecision.Wait
        : HealRules.Decide(HealsOf(Before?.Heals ?? [], cluster, drifted), now);

    public ClusterDrift Describe(
        string cluster, Inspection? inspection, string? trouble, IReadOnlyList<PlanProblem> healing, IReadOnlyList<HealedObject> heals, DateTimeOffset now)
    {
        if (inspection is null)
        {
            return Since(new ClusterDrift(cluster, DriftState.Unknown, [], [], trouble ?? "it could not be compared", now));
        }

        var drifted = inspection.Objects.Select(o => o.Drift).ToList();
        var fought = Application.Drift.Mode == DriftMode.Heal
            ? drifted.FirstOrDefault(d => HealRules.Decide(HealsOf(heals, cluster, d), now) == HealDecision.GiveUp)
            : null;
        IReadOnlyList<PlanProblem> problems = [.. inspection.Problems, .. healing];
        var (state, message) = fought is not null
            ? (DriftState.FoughtOver, $"{fought.Ref} was put back {HealRules.MostHeals} times within {HealRules.Window.TotalHours:0} h and is fought over by {Named(fought)}: it is not put back any more")
            : drifted.Count > 0 ? (DriftState.Drifted, Count(drifted))
            : inspection.Problems.Count > 0 ? (DriftState.Unknown, inspection.Problems[0].Message)
            : (DriftState.InSync, "as released");
        return Since(new ClusterDrift(cluster, state, drifted, problems, message, now));
    }

    private ClusterDrift Since(ClusterDrift found) =>
        Before?.Clusters.FirstOrDefault(c => c.Cluster == found.Cluster) is { } last && last.State == found.State ? found with { Since = last.Since } : found;

    private static IReadOnlyList<DateTimeOffset> HealsOf(IReadOnlyList<HealedObject> heals, string cluster, DriftedObject drifted) =>
        heals.FirstOrDefault(h => h.Cluster == cluster && h.Object == drifted.Ref.Identity)?.At ?? [];

    private static string Named(DriftedObject drifted) => drifted.Managers.Count == 0 ? "somebody" : string.Join(", ", drifted.Managers);

    private static string Count(List<DriftedObject> drifted) =>
        string.Join(", ", drifted.CountBy(d => d.Kind).OrderBy(c => c.Key).Select(c => $"{c.Value} {c.Key.ToString().ToLowerInvariant()}"));
}
