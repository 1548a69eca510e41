using Kairship.Api.Applications;
using Kairship.Delivery.Drift;
using Kairship.Server.Applications;

namespace Kairship.Server.Drift;

internal static class DriftInfos
{
    public static DriftReportInfo Of(DriftReport report, IReadOnlyList<(string Cluster, DriftedObject Object)>? healed = null) => new(
        report.Application, report.Release, report.Revision, report.At, report.HasDrift, report.HasProblems, [.. report.Clusters.Select(Of)],
        [.. (healed ?? []).Select(h => $"{h.Cluster}: {h.Object.Ref}")]);

    public static IReadOnlyList<ApplicationConditionInfo>? Conditions(DriftReport? report) => report is null
        ? null
        : [.. report.Clusters.Select(c => new ApplicationConditionInfo(
            c.Cluster, "InSync", c.State switch { DriftState.InSync => "True", DriftState.Unknown => "Unknown", _ => "False" }, c.State.ToString(), c.Message, c.Since))];

    private static ClusterDriftInfo Of(ClusterDrift drift) => new(
        drift.Cluster, drift.State.ToString(), drift.Message, drift.Since,
        [.. drift.Objects.Select(o => new DriftedObjectInfo(
            o.Ref.ApiVersion, o.Ref.Kind, o.Ref.Namespace, o.Ref.Name, o.Kind.ToString(), PlanInfos.Of(o.Changes), o.Managers))],
        PlanInfos.Of(drift.Problems));
}
