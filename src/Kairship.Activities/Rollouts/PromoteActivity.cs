using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Gives the new revision to a wave for good, as many clusters at a time as the wave allows: apply, wait until healthy, remove the canary, prune.</summary>
internal sealed class PromoteActivity(Tracks tracks, ClusterChange change, Exclusion exclusion, Departure departure, ReleaseDesk desk) : EffectActivity
{
    private const string AppliedTold = "appliedTold";

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.Promote", "Rollout", "Applies the revision to the wave's clusters, waits until it is healthy there, then removes the canary and what the revision no longer has; takes the application out of the clusters that it leaves, once all others are healthy.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(ReleaseInputs.Wave)
        .WithOutput(ReleaseInputs.Reason)
        .WithOutput(ReleaseInputs.Ending)
        .WithOutcomes("Promoted", "Failed", "Aborted");

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var work = await desk.LoadAsync(context, cancellationToken);
        if (ReleaseSignals.AbortIn(context.ResumedBy, work.Release.Id) is { } abort)
        {
            return ReleaseSignals.Aborted(abort);
        }

        var wave = WaveInput.Of(context);
        if (await exclusion.BeforeAsync(context, work, wave, cancellationToken) is { } notApart)
        {
            return notApart;
        }

        if (wave.Clusters.Any(c => work.Target.PlanOf(c)?.Role == PlannedRole.Leaving)
            && await departure.BeforeAsync(context, work, cancellationToken) is { } notYet)
        {
            return notYet;
        }

        var states = wave.Clusters.ToDictionary(c => c, c => Pace.Of(context.State, c));
        await desk.MoveAsync(work.Release, ReleaseStatus.Progressing, null, cancellationToken);
        var busy = Chosen(wave, states);
        var outcomes = await Task.WhenAll(busy.Select(cluster => PromoteAsync(context, work, cluster, states[cluster], cancellationToken)));
        for (var i = 0; i < busy.Count; i++)
        {
            if (outcomes[i] is (StepOutcome.Failed, { } reason))
            {
                await desk.TellAsync(context, work.Release.Id, "PromotionFailed", busy[i], reason, cancellationToken);
                return ReleaseSignals.Failed(reason);
            }
        }

        return states.Values.All(ClusterChange.IsDone)
            ? ActivityResult.Leave("Promoted")
            : outcomes.Any(o => o.Outcome == StepOutcome.Done)
                ? Pace.GoOn(context.State, work.Release.Id, context.Time)
                : Pace.LookAgain(context.State, work.Release.Id, context.Time);
    }

    /// <summary>Those under way, and as many new ones as there is room for.</summary>
    private static List<string> Chosen(WaveInput wave, Dictionary<string, JsonObject> states)
    {
        var open = wave.Clusters.Where(c => !ClusterChange.IsDone(states[c])).ToList();
        return [.. open.OrderByDescending(c => ClusterChange.HasStarted(states[c])).Take(wave.MaxConcurrency)];
    }

    private async Task<(StepOutcome Outcome, string? Reason)> PromoteAsync(
        EffectContext context, ReleaseWork work, string cluster, JsonObject state, CancellationToken cancellationToken)
    {
        if (work.Target.PlanOf(cluster)?.Role == PlannedRole.Leaving)
        {
            return await departure.LeaveAsync(context, work, cluster, state, cancellationToken);
        }

        // Written down before it is done: whoever rolls back must know where to look.
        if (!ClusterChange.HasStarted(state))
        {
            await desk.SaveAsync(work, desk.StateOf(work, cluster) with { Phase = ClusterPhase.Promoting, Health = "Progressing" }, cancellationToken);
        }

        var to = new Destination(
            async () =>
            {
                var target = await tracks.TargetAsync(work, cluster, cancellationToken);
                var stable = await tracks.StableAsync(work, cluster, cancellationToken);
                var planned = (work.Target.PlanOf(cluster)?.Objects ?? []).Where(o => o.Action == PlannedAction.Delete).Select(o => o.Ref);
                return new Content(target, Pruning.Stale([.. stable.Select(m => m.Ref), .. planned], target));
            },
            ClusterPhase.Promoting, CanaryFirst: false);
        var result = await change.GoAsync(context, work, cluster, to, state, cancellationToken);
        if (work.Release.Change is not null && ClusterChange.IsApplied(state) && state[AppliedTold] is null)
        {
            state[AppliedTold] = true;
            // How long each part of a failover took is asked afterwards.
            await desk.TellAsync(context, work.Release.Id, "Applied", cluster, $"{cluster}: all is written; it becomes healthy next.", cancellationToken);
        }

        if (result.Outcome == StepOutcome.Done)
        {
            var known = (await desk.Store.ListReleaseClustersAsync(work.Release.Id, cancellationToken)).First(c => c.Cluster == cluster);
            await desk.Store.SaveReleaseClusterAsync(
                known with { Phase = ClusterPhase.Promoted, Weight = 100, Health = "Healthy", Message = null, UpdatedAt = context.Time.GetUtcNow() }, cancellationToken);
            await desk.TellAsync(context, work.Release.Id, "Promoted", cluster, $"{cluster}: {work.Release.Revision} is in place ({known.Ready}/{known.Desired} pods).", cancellationToken);
        }

        return result;
    }
}
