using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.Applying;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Drift;

/// <summary>What became of putting objects back.</summary>
public sealed record HealReport(string Cluster, IReadOnlyList<DriftedObject> Healed, IReadOnlyList<PlanProblem> Problems);

/// <summary>
/// Puts drifted objects back. What is there is written only as it was read (by resourceVersion; its status may have moved on), so that neither an autoscaler nor a release that comes in between is undone, and
/// keeps its marks of release and epoch; what is missing gets those that its neighbours carry, never newer ones.
/// </summary>
public sealed class Healer(ClusterConnections connections, Applier applier, Pruner pruner)
{
    private const int Attempts = 10;

    /// <param name="chosen">Of one inspection; what was not released is deleted.</param>
    /// <param name="release">The release that put the application there.</param>
    /// <param name="mayWrite">Asked before each write; false: somebody else has the application now, and nothing more is written.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">The cluster cannot be asked.</exception>
    public async Task<HealReport> HealAsync(
        Inspection inspection, IReadOnlyList<InspectedObject> chosen, Application application, string release, Func<CancellationToken, Task<bool>> mayWrite,
        CancellationToken cancellationToken = default)
    {
        var connection = await connections.GetAsync(inspection.Cluster, cancellationToken);
        var healed = new List<DriftedObject>();
        var problems = new List<PlanProblem>();
        foreach (var obj in chosen.OrderBy(o => o.Drift.Ref, Comparer<ObjectRef>.Create(ApplyOrder.Compare)))
        {
            if (!await mayWrite(cancellationToken))
            {
                problems.Add(new PlanProblem(null, "somebody else has taken the application over; what was left is not put back"));
                break;
            }

            var trouble = await HealAsync(connection, inspection, obj, application, release, cancellationToken);
            if (trouble is null)
            {
                healed.Add(obj.Drift);
            }
            else
            {
                problems.Add(new PlanProblem(obj.Drift.Ref, trouble));
            }
        }

        return new HealReport(inspection.Cluster, healed, problems);
    }

    /// <summary>What stands in the way; null: it is put back. Never thrown: what was put back before counts, or a fight would have no end.</summary>
    private async Task<string?> HealAsync(
        ClusterConnection connection, Inspection inspection, InspectedObject obj, Application application, string release, CancellationToken cancellationToken)
    {
        try
        {
            return obj.Drift.Kind switch
            {
                DriftKind.Changed => await ChangeBackAsync(connection, obj, cancellationToken),
                DriftKind.Missing => await BringBackAsync(inspection, obj, new ApplySet(application.Name, application.Namespace), release, cancellationToken),
                _ => await TakeAwayAsync(inspection.Cluster, obj, application.Name, cancellationToken),
            };
        }
        catch (ClusterException exception)
        {
            return obj.Wanted is { } wanted ? ApplyFailures.Of(wanted, exception).Message : exception.Detail;
        }
    }

    private static async Task<string?> ChangeBackAsync(ClusterConnection connection, InspectedObject obj, CancellationToken cancellationToken)
    {
        var live = obj.Live!;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await connection.Resources.ApplyRawAsync(
                    obj.Wanted!, new ApplyOptions { Force = true }, live, cancellationToken, live["metadata"]?["resourceVersion"]?.ToString());
                return null;
            }
            catch (ClusterException exception) when (exception.Kind == ClusterFailure.Conflict)
            {
                // Controllers write its status all the time while it is rolled out; that is no reason to leave it.
                var now = await connection.Resources.GetAsync(obj.Drift.Ref, cancellationToken);
                if (now is null || attempt == Attempts || !IsSame(now, obj.Live!))
                {
                    return "it changed while it was looked at; it is looked at again";
                }

                live = now;
            }
        }
    }

    private static bool IsSame(JsonObject now, JsonObject before) =>
        Planner.AreEqual(now, before)
        && OwnershipLabels.AnnotationOf(now, OwnershipLabels.Release) == OwnershipLabels.AnnotationOf(before, OwnershipLabels.Release)
        && OwnershipLabels.AnnotationOf(now, OwnershipLabels.Epoch) == OwnershipLabels.AnnotationOf(before, OwnershipLabels.Epoch);

    private async Task<string?> BringBackAsync(Inspection inspection, InspectedObject obj, ApplySet set, string release, CancellationToken cancellationToken)
    {
        var report = await applier.ApplyAllAsync(
            inspection.Cluster, [obj.Wanted!], new ApplyOptions { ReleaseId = release, Epoch = inspection.Epoch, CreateNamespace = true, ApplySet = set }, cancellationToken);
        return report.Succeeded ? null : report.Failures[0].Message;
    }

    private async Task<string?> TakeAwayAsync(string cluster, InspectedObject obj, string application, CancellationToken cancellationToken)
    {
        var report = await pruner.PruneAsync(cluster, application, [obj.Drift.Ref], cancellationToken);
        return report.Succeeded && report.Objects.All(o => o.Outcome != PruneOutcome.Kept) ? null : report.Objects[0].Message;
    }
}
