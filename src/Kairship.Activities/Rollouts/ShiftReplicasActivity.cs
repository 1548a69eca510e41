using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Moves replicas between clusters in small steps, as <see cref="ReplicaShift"/> says. What is left to do then is what Promote does: it finds the replicas where they are to be.</summary>
internal sealed class ShiftReplicasActivity(Tracks tracks, ClusterChange change, ReleaseDesk desk) : EffectActivity
{
    private const string Position = "half";
    private const string Clusters = "clusters";
    private const string Looks = "looks";

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.ShiftReplicas", "Rollout", "Moves replicas to where the plan wants them in the application's failback steps: some clusters grow, and when all is healthy others shrink; what keeps state is moved by Promote as a whole.")
        .WithInput(ReleaseInputs.Release)
        .WithOutput(ReleaseInputs.Reason)
        .WithOutput(ReleaseInputs.Ending)
        .WithOutcomes("Shifted", "Failed", "Aborted") with { DisplayName = "Shift Replicas" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var work = await desk.LoadAsync(context, cancellationToken);
        if (ReleaseSignals.AbortIn(context.ResumedBy, work.Release.Id) is { } abort)
        {
            return ReleaseSignals.Aborted(abort);
        }

        await desk.MoveAsync(work.Release, ReleaseStatus.Progressing, null, cancellationToken);
        var halves = ReplicaShift.Of(work);
        var position = context.State[Position]?.GetValue<int>() ?? 0;
        if (position >= halves.Count)
        {
            return ActivityResult.Leave("Shifted");
        }

        var half = halves[position];
        var (done, refused) = await TakeAsync(context, work, half, cancellationToken);
        if (refused is { } no)
        {
            await desk.TellAsync(context, work.Release.Id, "ShiftFailed", no.Cluster, no.Reason, cancellationToken);
            return ReleaseSignals.Failed(no.Reason);
        }

        if (!done)
        {
            return Pace.LookAgain(context.State, work.Release.Id, context.Time);
        }

        await desk.TellAsync(context, work.Release.Id, $"Shifted{position}", null, half.Sentence, cancellationToken);
        Begin(context.State, position + 1);
        return Pace.GoOn(context.State, work.Release.Id, context.Time);
    }

    private static void Begin(JsonObject state, int position)
    {
        state[Position] = position;
        state.Remove(Clusters);
        state.Remove(Looks);
    }

    private async Task<(bool Done, (string Cluster, string Reason)? Refused)> TakeAsync(
        EffectContext context, ReleaseWork work, ShiftHalf half, CancellationToken cancellationToken)
    {
        var clusters = half.Replicas.Keys.Order(StringComparer.Ordinal).ToList();
        var states = clusters.ToDictionary(c => c, c => Pace.Of(context.State, c));
        var open = clusters.Where(c => !ClusterChange.IsDone(states[c])).ToList();
        var outcomes = await Task.WhenAll(open.Select(c => TakeAsync(context, work, c, half.Replicas[c], states[c], cancellationToken)));
        for (var i = 0; i < open.Count; i++)
        {
            if (outcomes[i] is (StepOutcome.Failed, { } reason))
            {
                return (false, (open[i], reason));
            }
        }

        return (states.Values.All(ClusterChange.IsDone), null);
    }

    private async Task<(StepOutcome Outcome, string? Reason)> TakeAsync(
        EffectContext context, ReleaseWork work, string cluster, IReadOnlyDictionary<string, int> replicas, JsonObject state, CancellationToken cancellationToken)
    {
        var isTarget = work.Target.PlanOf(cluster)?.Role == PlannedRole.Target;
        var phase = isTarget ? ClusterPhase.Promoting : ClusterPhase.Leaving;
        if (!ClusterChange.HasStarted(state))
        {
            // Written down before it is done: whoever rolls back must know where to look.
            await desk.SaveAsync(work, desk.StateOf(work, cluster) with { Phase = phase, Health = "Progressing" }, cancellationToken);
        }

        var to = new Destination(
            async () =>
            {
                var objects = isTarget ? await tracks.TargetAsync(work, cluster, cancellationToken) : await tracks.StableAsync(work, cluster, cancellationToken);
                return new Content([.. objects.Select(o => With(o, replicas))], []);
            },
            phase, CanaryFirst: false);
        return await change.GoAsync(context, work, cluster, to, state, cancellationToken);
    }

    /// <summary>Workloads that an autoscaler sizes have no number here, and keep what they have.</summary>
    private static Manifest With(Manifest manifest, IReadOnlyDictionary<string, int> replicas)
    {
        if (!WorkloadKey.HasReplicas(manifest.Ref) || !replicas.TryGetValue(WorkloadKey.Of(manifest.Ref), out var count) || manifest.Json["spec"] is not JsonObject)
        {
            return manifest;
        }

        var json = (JsonObject)manifest.Json.DeepClone();
        json["spec"]!["replicas"] = JsonNode.Parse(count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return manifest with { Json = json };
    }
}
