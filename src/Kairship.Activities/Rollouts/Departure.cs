using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Resources;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Takes an application out of the clusters that it leaves: only when it is healthy in all others, and only what Kairship applied there.</summary>
internal sealed class Departure(Tracks tracks, HealthGate gate, Pruner pruner, ReleaseDesk desk, TimeProvider time)
{
    private const int ClustersAtOnce = 16;
    private const string Begun = "leaving";

    /// <summary>Null: all clusters that stay are healthy, so that it may begin; it is not asked again. Otherwise what the activity answers.</summary>
    public async Task<ActivityResult?> BeforeAsync(EffectContext context, ReleaseWork work, CancellationToken cancellationToken)
    {
        if (context.State[Begun] is not null)
        {
            return null;
        }

        var waiting = Pace.Elapsed(context.State, "others", time, Pace.Late(context.State, time));
        var targets = work.Target.Plan.Targets.Select(c => c.Cluster).ToList();
        var states = targets.ConvertAll(c => Pace.Of(context.State, $"staying/{c}"));
        var reads = new ClusterHealth[targets.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ClustersAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, targets.Count, parallel, async (i, token) => reads[i] = await ReadAsync(work, targets[i], waiting, states[i], token));
        switch (gate.Decide(work, reads))
        {
            case HealthVerdict.Healthy:
                context.State[Begun] = true;
                return null;
            case HealthVerdict.Failed failed:
                var reason = $"It does not leave {string.Join(", ", work.Target.Plan.Clusters.Where(c => c.Role == PlannedRole.Leaving).Select(c => c.Cluster))}: {failed.Message}";
                await desk.TellAsync(context, work.Release.Id, "NotLeft", failed.Cluster, reason, cancellationToken);
                return ReleaseSignals.Failed(reason);
            default:
                return Pace.LookAgain(context.State, work.Release.Id, time);
        }
    }

    /// <summary>Deletes what is there. May be repeated after a crash.</summary>
    public async Task<(StepOutcome Outcome, string? Reason)> LeaveAsync(
        EffectContext context, ReleaseWork work, string cluster, JsonObject state, CancellationToken cancellationToken)
    {
        var elapsed = Pace.Elapsed(state, "since", time, Pace.Late(context.State, time));
        if (!ClusterChange.HasStarted(state))
        {
            // Written down before it is done: whoever rolls back must know where to look.
            await desk.SaveAsync(work, desk.StateOf(work, cluster) with { Phase = ClusterPhase.Leaving, Health = "Progressing" }, cancellationToken);
            state[ClusterChange.Step] = "leave";
        }

        try
        {
            var (_, refused) = await DeleteAsync(context, work, cluster, cancellationToken);
            if (refused is not null)
            {
                return (StepOutcome.Failed, refused);
            }

            await desk.SaveAsync(
                work, desk.StateOf(work, cluster) with { Phase = ClusterPhase.Left, Weight = 0, Ready = 0, Desired = 0, Health = "Healthy", Message = null }, cancellationToken);
            await desk.TellAsync(context, work.Release.Id, "Left", cluster, $"{cluster}: {work.Release.Application} has left.", cancellationToken);
            state[ClusterChange.Step] = "done";
            return (StepOutcome.Done, null);
        }
        catch (Exception e) when (Trouble.Passes(e))
        {
            return elapsed < work.Release.Spec.Rollout.ProgressDeadline ? (StepOutcome.Busy, e.Message) : (StepOutcome.Failed, e.Message);
        }
        catch (Exception e) when (Trouble.Lasts(e))
        {
            return (StepOutcome.Failed, e.Message);
        }
    }

    private async Task<(bool Advanced, string? Refused)> DeleteAsync(EffectContext context, ReleaseWork work, string cluster, CancellationToken cancellationToken)
    {
        var canary = ClusterChange.Told(await tracks.RemoveCanaryAsync(work, cluster, cancellationToken));
        if (canary.Refused is not null)
        {
            return canary;
        }

        IReadOnlyList<ObjectRef> planned = [.. (work.Target.PlanOf(cluster)?.Objects ?? []).Where(o => o.Action == PlannedAction.Delete).Select(o => o.Ref)];
        var options = new PruneOptions { ReleaseId = work.Release.Id, Epoch = context.Epoch };
        var set = ReleaseOptions.SetOf(work.Stable?.Spec ?? work.Release.Spec);
        return ClusterChange.Told(await pruner.DeleteApplicationAsync(cluster, set, planned, options, cancellationToken));
    }

    private async Task<ClusterHealth> ReadAsync(ReleaseWork work, string cluster, TimeSpan waiting, JsonObject state, CancellationToken cancellationToken)
    {
        try
        {
            var target = await tracks.TargetAsync(work, cluster, cancellationToken);
            List<ObjectRef> decisive = [.. target.Select(m => m.Ref).Where(r => HealthGate.IsDecisive(r, work.Release.Spec))];
            return (await gate.ReadAsync(cluster, work.Release.Spec, decisive, [], waiting, state, cancellationToken)).Health;
        }
        catch (Exception e) when (Trouble.Passes(e) || Trouble.Lasts(e))
        {
            return new ClusterHealth(cluster, false, [], waiting, e.Message);
        }
    }
}
