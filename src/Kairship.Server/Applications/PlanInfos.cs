using Kairship.Api.Applications;
using Kairship.Delivery.Plans;
using Kairship.Server.Placements;

namespace Kairship.Server.Applications;

internal static class PlanInfos
{
    public static PlanInfo Of(Plan plan) => new(
        plan.Application, plan.Revision, plan.FromRevision, plan.Digest, plan.HasChanges, plan.HasProblems,
        [.. plan.Waves.Select(w => new PlannedWaveInfo(w.Name, w.Clusters, w.MaxConcurrency))],
        [.. plan.Clusters.Select(Of)], plan.Placement is null ? null : PlacementInfos.Of(plan.Application, plan.Revision, plan.Placement));

    private static ClusterPlanInfo Of(ClusterPlan plan) => new(
        plan.Cluster, plan.Wave, plan.Replicas,
        [.. plan.Objects.Select(o => new PlannedObjectInfo(
            o.Ref.ApiVersion, o.Ref.Kind, o.Ref.Namespace, o.Ref.Name, o.Action.ToString(),
            Of(o.Changes), o.Note))],
        Of(plan.Problems), plan.Role.ToString(),
        plan.Overrides?.Effects.Select(e => new OverrideEffectInfo(e.Ref.ToString(), e.Rule, e.Overrider, Of(e.Changes))).ToList(), plan.Overrides?.More ?? 0);

    public static IReadOnlyList<FieldChangeInfo> Of(IReadOnlyList<FieldChange> changes) => [.. changes.Select(c => new FieldChangeInfo(c.Path, c.Before, c.After))];

    public static IReadOnlyList<PlanProblemInfo> Of(IReadOnlyList<PlanProblem> problems) => [.. problems.Select(p => new PlanProblemInfo(p.Ref?.ToString(), p.Message))];
}
