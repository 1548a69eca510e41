using Kairship.Activities.Releases;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Traffic;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Traffic;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Traffic;

/// <summary>Has the traffic go where the application is in place, in proportion to its replicas there. Where it has no router that is nobody's business here.</summary>
internal sealed class ShiftTrafficActivity(TrafficShifter shifter, ReleaseDesk desk) : EffectActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.ShiftTraffic", "Rollout", "Sets the weights of the application's router (spec.traffic) to where it is in place and healthy by now; clusters that it leaves, or that are lost, get none.")
        .WithInput(ReleaseInputs.Release)
        .WithOutput(ReleaseInputs.Reason)
        .WithOutput(ReleaseInputs.Ending)
        .WithOutcomes("Done", "Failed", "Aborted") with { DisplayName = "Shift Traffic" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var work = await desk.LoadAsync(context, cancellationToken);
        if (ReleaseSignals.AbortIn(context.ResumedBy, work.Release.Id) is { } abort)
        {
            return ReleaseSignals.Aborted(abort);
        }

        if (work.Release.Spec.Traffic is not { } policy)
        {
            return ActivityResult.Leave("Done");
        }

        var done = work.Clusters.Values.Where(c => c.Phase == ClusterPhase.Promoted).Select(c => c.Cluster).ToHashSet(StringComparer.Ordinal);
        if (TrafficWeights.Of(policy.Endpoints.Keys, work.Target.Plan, done, work.Stable?.Plan) is not { } weights)
        {
            await desk.TellAsync(context, work.Release.Id, "TrafficKept", null, "No cluster that the router knows has anything in place: its traffic stays as it is.", cancellationToken);
            return ActivityResult.Leave("Done");
        }

        return await ShiftAsync(context, work, policy, weights, cancellationToken);
    }

    private async Task<ActivityResult> ShiftAsync(
        EffectContext context, ReleaseWork work, TrafficPolicy policy, IReadOnlyDictionary<string, int> weights, CancellationToken cancellationToken)
    {
        var elapsed = Pace.Elapsed(context.State, "since", context.Time, Pace.Late(context.State, context.Time));
        string reason;
        try
        {
            if (await shifter.ShiftAsync(policy, work.Release.Spec.Namespace, weights, cancellationToken))
            {
                var shares = string.Join(", ", weights.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => $"{w.Key} {w.Value} %"));
                await desk.TellAsync(context, work.Release.Id, "TrafficShifted", null, $"Traffic by {policy.Router} {policy.Name}: {shares}.", cancellationToken);
            }

            return ActivityResult.Leave("Done");
        }
        catch (Exception e) when (Trouble.Passes(e) && elapsed < work.Release.Spec.Rollout.ProgressDeadline)
        {
            return Pace.LookAgain(context.State, work.Release.Id, context.Time);
        }
        catch (Exception e) when (e is TrafficException || Trouble.Lasts(e) || Trouble.Passes(e))
        {
            reason = $"The traffic could not be shifted: {e.Message}";
        }

        await desk.TellAsync(context, work.Release.Id, "TrafficFailed", policy.Cluster, reason, cancellationToken);
        return ReleaseSignals.Failed(reason);
    }
}
