using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Takes the clusters that a release has touched back to what they had, the last wave first, in steps that may each be repeated. What is to be undone is fixed before anything is.</summary>
internal sealed class WayBack(Tracks tracks, ClusterChange change, HealthGate gate, Exclusion exclusion, ReleaseDesk desk)
{
    private const string Touched = "touched";
    private const string Failure = "failure";
    private const string Without = "without";

    public static bool HasBegun(EffectContext context) => context.State[Touched] is JsonArray;

    /// <summary>Clusters that must get back a revision, and not only lose a canary, are among them.</summary>
    public static bool Restores(EffectContext context) => Clusters(context).Any(t => t["restore"]!.GetValue<bool>());

    /// <summary>Writes down what has to be undone: that must not depend on how far the undoing got when this process dies.</summary>
    /// <param name="without">Clusters that nothing is done to.</param>
    public static ActivityResult Begin(EffectContext context, ReleaseWork work, IReadOnlyCollection<string> without)
    {
        var order = work.Target.Plan.Waves.SelectMany(w => w.Clusters).ToList();
        context.State[Touched] = new JsonArray(work.Clusters.Values
            .Where(c => c.Phase != ClusterPhase.Waiting && !without.Contains(c.Cluster))
            .Where(c => Had(work, c.Cluster) || work.Target.PlanOf(c.Cluster) is { Role: PlannedRole.Target }) // What an earlier release left behind is not to be given back.
            .OrderByDescending(c => Had(work, c.Cluster))
            .ThenByDescending(c => order.IndexOf(c.Cluster))
            .Select(c => (JsonNode)new JsonObject
            {
                ["cluster"] = c.Cluster, ["wave"] = Had(work, c.Cluster) ? c.Wave : $"{c.Wave} (new)", ["restore"] = c.Phase is not ClusterPhase.Canary,
            }).ToArray());
        context.State[Without] = new JsonArray(without.Select(c => (JsonNode)c).ToArray());
        return ActivityResult.Wait(TimeSpan.FromMilliseconds(1), context.State);
    }

    /// <summary>Goes as far as it can go now. Null: not there yet; otherwise what could not be undone, and why.</summary>
    public async Task<IReadOnlyList<string>?> GoAsync(EffectContext context, ReleaseWork work, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> touched = [.. Clusters(context).Select(t => t["cluster"]!.GetValue<string>())];
        IReadOnlyList<string> without = [.. (context.State[Without] as JsonArray ?? []).Select(c => c!.GetValue<string>())];
        switch (await exclusion.BeforeBackAsync(context, work, touched, without, cancellationToken))
        {
            case (false, _):
                return null;
            case (_, { } whyNot):
                return [whyNot];
        }

        foreach (var wave in Clusters(context).GroupBy(t => t["wave"]!.GetValue<string>()).ToList())
        {
            // The only other copy of its data: it stays there, stopped.
            if (Exclusion.IsStateful(work) && Failures(context) is { Count: > 0 } failures && wave.Select(t => t["cluster"]!.GetValue<string>()).Where(c => !Had(work, c)).ToList() is { Count: > 0 } spared)
            {
                return [.. failures, $"nothing is deleted in {string.Join(", ", spared)}, since what it had elsewhere is not back"];
            }

            var clusters = wave.Select(t => (Name: t["cluster"]!.GetValue<string>(), Restore: t["restore"]!.GetValue<bool>())).ToList();
            var states = clusters.ToDictionary(c => c.Name, c => Pace.Of(context.State, c.Name));
            var open = clusters.Where(c => !IsSettled(states[c.Name])).ToList();
            await Task.WhenAll(open.Select(c => UndoAsync(context, work, c.Name, c.Restore, states[c.Name], cancellationToken)));
            if (!states.Values.All(IsSettled))
            {
                return null;
            }
        }

        return Failures(context);
    }

    /// <summary>First those get back what they had, then the new ones lose what they got: so there is never less than before.</summary>
    private static bool Had(ReleaseWork work, string cluster) => work.Stable?.PlanOf(cluster) is { Role: PlannedRole.Target };

    private static IEnumerable<JsonObject> Clusters(EffectContext context) => ((JsonArray)context.State[Touched]!).OfType<JsonObject>();

    /// <summary>Back, or known not to get there: one cluster that cannot go back must not keep the others from it.</summary>
    private static bool IsSettled(JsonObject state) => ClusterChange.IsDone(state) || state[Failure] is not null;

    private static IReadOnlyList<string> Failures(EffectContext context) =>
        [.. Clusters(context).Select(t => Pace.Of(context.State, t["cluster"]!.GetValue<string>())[Failure]?.ToString()).OfType<string>()];

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
