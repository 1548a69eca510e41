using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Takes every cluster that the release has touched back to what it had: the last wave first. Canaries are removed without a trace; promoted clusters get the revision before.</summary>
internal sealed class RollBackActivity(Tracks tracks, ClusterChange change, HealthGate gate, ReleaseDesk desk) : EffectActivity
{
    private const string Touched = "touched";
    private const string Failure = "failure";

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.RollBack", "Rollout", "Undoes the release in reverse order: removes canaries, takes promoted clusters back to the revision before, and waits until they are healthy.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(new InputDescriptor("Reason", "String", "Why.", UIHint: "multiline", Order: 1))
        .WithOutput(new OutputDescriptor("Failure", "String", "Why going back failed as well."))
        .WithOutcomes("RolledBack", "Failed") with { DisplayName = "Roll Back" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var work = await desk.LoadAsync(context, cancellationToken);
        var reason = context.Text("Reason") ?? "";
        if (context.State[Touched] is not JsonArray touched)
        {
            return await BeginAsync(context, work, reason, cancellationToken);
        }

        var waves = touched.OfType<JsonObject>().GroupBy(t => t["wave"]!.GetValue<string>()).ToList();
        foreach (var wave in waves)
        {
            var clusters = wave.Select(t => (Name: t["cluster"]!.GetValue<string>(), Restore: t["restore"]!.GetValue<bool>())).ToList();
            var states = clusters.ToDictionary(c => c.Name, c => Pace.Of(context.State, c.Name));
            var open = clusters.Where(c => !IsSettled(states[c.Name])).ToList();
            await Task.WhenAll(open.Select(c => UndoAsync(context, work, c.Name, c.Restore, states[c.Name], cancellationToken)));
            if (!states.Values.All(IsSettled))
            {
                return WithoutAbort(Pace.LookAgain(context.State, work.Release.Id, context.Time));
            }
        }

        var failures = touched.OfType<JsonObject>().Select(t => Pace.Of(context.State, t["cluster"]!.GetValue<string>())[Failure]?.ToString()).OfType<string>().ToList();
        if (failures.Count > 0)
        {
            return Failed($"{reason} Going back failed too: {string.Join("; ", failures)}");
        }

        return work.Stable is null && touched.OfType<JsonObject>().Any(t => t["restore"]!.GetValue<bool>())
            ? Failed($"{reason} There is no earlier revision to go back to: what was applied stays as it is.")
            : ActivityResult.Leave("RolledBack");
    }

    /// <summary>Back, or known not to get there: one cluster that cannot go back must not keep the others from it.</summary>
    private static bool IsSettled(JsonObject state) => ClusterChange.IsDone(state) || state[Failure] is not null;

    private static ActivityResult Failed(string failure) => ActivityResult.Leave("Failed", new JsonObject { ["Failure"] = failure });

    /// <summary>A way back is never aborted.</summary>
    private static ActivityResult WithoutAbort(ActivityResult result) => result is ActivityResult.Waiting waiting ? waiting with { Stimuli = [] } : result;

    /// <summary>Fixes what has to be undone before anything is: that must not depend on how far the undoing got when this process dies.</summary>
    private async Task<ActivityResult> BeginAsync(EffectContext context, ReleaseWork work, string reason, CancellationToken cancellationToken)
    {
        await desk.MoveAsync(work.Release, ReleaseStatus.RollingBack, reason, cancellationToken);
        await desk.TellAsync(context, work.Release.Id, "RollingBack", null, $"Rolling back: {reason}", cancellationToken);
        var order = work.Target.Plan.Waves.SelectMany(w => w.Clusters).ToList();
        context.State[Touched] = new JsonArray(work.Clusters.Values
            .Where(c => c.Phase != ClusterPhase.Waiting)
            .OrderByDescending(c => order.IndexOf(c.Cluster))
            .Select(c => (JsonNode)new JsonObject
            {
                ["cluster"] = c.Cluster, ["wave"] = c.Wave, ["restore"] = c.Phase is not ClusterPhase.Canary,
            }).ToArray());
        return ActivityResult.Wait(TimeSpan.FromMilliseconds(1), context.State);
    }

    private async Task UndoAsync(
        EffectContext context, ReleaseWork work, string cluster, bool restore, JsonObject state, CancellationToken cancellationToken)
    {
        if (work.Stable is null)
        {
            await desk.SaveAsync(work, desk.StateOf(work, cluster) with { Phase = ClusterPhase.Failed }, cancellationToken);
            state["step"] = "done";
            return;
        }

        if (!ClusterChange.HasStarted(state))
        {
            await desk.SaveAsync(work, desk.StateOf(work, cluster) with { Phase = ClusterPhase.RollingBack, Weight = 0 }, cancellationToken);
        }

        IReadOnlyList<Manifest> stable = [];
        var to = new Destination(
            async () =>
            {
                stable = await tracks.StableAsync(work, cluster, cancellationToken);
                return restore
                    ? new Content(stable, Pruning.Stale([.. (await tracks.TargetAsync(work, cluster, cancellationToken)).Select(m => m.Ref)], stable))
                    : new Content([], []);
            },
            ClusterPhase.RollingBack, CanaryFirst: true);
        var result = await change.GoAsync(context, work, cluster, to, state, cancellationToken);
        if (result.Outcome == StepOutcome.Failed)
        {
            state[Failure] = result.Reason;
            await desk.SaveAsync(work, desk.StateOf(work, cluster) with { Phase = ClusterPhase.Failed, Message = result.Reason }, cancellationToken);
        }
        else if (result.Outcome == StepOutcome.Done)
        {
            // What people saw last was the canary's trouble; now they see what is there again.
            var workloads = stable.Select(m => m.Ref).Where(Tracks.IsWorkload).ToList();
            var read = await gate.ReadAsync(cluster, work.Release.Spec, workloads, [], TimeSpan.Zero, [], cancellationToken);
            await gate.SaveAsync(work, cluster, ClusterPhase.RolledBack, read, cancellationToken, weight: 0);
            await desk.TellAsync(context, work.Release.Id, "RolledBack", cluster, $"{cluster}: back at {work.Stable.Plan.Revision}.", cancellationToken);
        }
    }
}
