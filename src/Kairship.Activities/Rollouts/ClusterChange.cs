using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.Stopping;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>What a cluster is taken to.</summary>
/// <param name="Objects">What it shall have.</param>
/// <param name="Leaving">What it may have and shall lose, in the order of deletion.</param>
internal sealed record Content(IReadOnlyList<Manifest> Objects, IReadOnlyList<ObjectRef> Leaving);

/// <summary>Which way a cluster is taken.</summary>
/// <param name="FindAsync">Renders the content, which may need the cluster and fails as everything with clusters may.</param>
/// <param name="Phase">What people see meanwhile.</param>
/// <param name="CanaryFirst">Removes the canary before the objects are applied (going back) instead of after they are healthy (going on).</param>
internal sealed record Destination(Func<Task<Content>> FindAsync, ClusterPhase Phase, bool CanaryFirst);

internal enum StepOutcome
{
    Busy,
    Done,
    Failed,
}

/// <summary>
/// Takes one cluster to a destination in small steps that may each be repeated: apply, wait until healthy, remove the canary, prune. Where it is stands in
/// the activity's state, so that it goes on after a crash where it was.
/// </summary>
internal sealed class ClusterChange(Tracks tracks, HealthGate gate, Applier applier, Pruner pruner, Resumption resumption, TimeProvider time)
{
    /// <summary>Where a cluster's part of the state says how far it is.</summary>
    internal const string Step = "step";
    private const string Since = "since";

    public static bool IsDone(JsonObject state) => state[Step]?.GetValue<string>() == "done";

    /// <summary>On the way on: everything is written.</summary>
    public static bool IsApplied(JsonObject state) => state[Step]?.GetValue<string>() is not (null or "apply");

    public static bool HasStarted(JsonObject state) => state[Step] is not null;

    /// <summary>Goes as far as it can go now.</summary>
    public async Task<(StepOutcome Outcome, string? Reason)> GoAsync(
        EffectContext context, ReleaseWork work, string cluster, Destination to, JsonObject state, CancellationToken cancellationToken)
    {
        var elapsed = Pace.Elapsed(state, Since, time, Pace.Late(context.State, time));
        state[Step] ??= to.CanaryFirst ? "canary" : "apply";
        try
        {
            var content = await to.FindAsync();
            while (!IsDone(state))
            {
                var step = state[Step]!.GetValue<string>();
                var (advanced, refused) = await TakeAsync(context, work, cluster, to, content, step, elapsed, state, cancellationToken);
                if (refused is not null)
                {
                    return (StepOutcome.Failed, refused);
                }

                if (!advanced)
                {
                    return (StepOutcome.Busy, null);
                }

                // The deadline is for a step: one that had to wait for its cluster takes nothing from the next.
                state[Step] = Next(step, to.CanaryFirst);
                state.Remove(Since);
                elapsed = Pace.Elapsed(state, Since, time);
            }

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

    private static string Next(string step, bool canaryFirst) => (step, canaryFirst) switch
    {
        ("canary", true) => "apply",
        ("apply", _) => "healthy",
        ("healthy", true) => "prune",
        ("healthy", false) => "canary",
        ("canary", false) => "prune",
        _ => "done",
    };

    private async Task<(bool Advanced, string? Refused)> TakeAsync(
        EffectContext context, ReleaseWork work, string cluster, Destination to, Content content, string step, TimeSpan elapsed, JsonObject state,
        CancellationToken cancellationToken)
    {
        switch (step)
        {
            case "apply":
                var options = ReleaseOptions.Stable(work.Release.Spec, work.Release.Id, context.Epoch);
                var applied = await applier.ApplyAllAsync(cluster, content.Objects, options, cancellationToken);
                if (!applied.Succeeded)
                {
                    return applied.IsTransient ? throw new TransientTroubleException(SetCanaryWeightActivity.Sentence(applied)) : (false, SetCanaryWeightActivity.Sentence(applied));
                }

                await ResumeAsync(work, cluster, content, cancellationToken);
                return (true, null);
            case "healthy":
                return await AwaitHealthAsync(work, cluster, to.Phase, content, elapsed, state, cancellationToken);
            case "canary":
                return work.Stable is null ? (true, null) : Told(await tracks.RemoveCanaryAsync(work, cluster, cancellationToken));
            default:
                var pruning = new PruneOptions
                {
                    Set = ReleaseOptions.SetOf(work.Release.Spec), ReleaseId = work.Release.Id, Epoch = context.Epoch,
                    Keeps = content.Objects.Count > 0 ? [.. content.Objects.Select(m => m.Ref)] : null,
                };
                return Told(await pruner.PruneAsync(cluster, work.Release.Application, content.Leaving, pruning, cancellationToken));
        }
    }

    /// <summary>What an autoscaler sizes and <see cref="Exclusion"/> has stopped here is started again.</summary>
    private Task ResumeAsync(ReleaseWork work, string cluster, Content content, CancellationToken cancellationToken) =>
        Exclusion.IsStateful(work) ? resumption.ResumeAsync(cluster, ReleaseOptions.SetOf(work.Release.Spec), content.Objects, cancellationToken) : Task.CompletedTask;

    private async Task<(bool Advanced, string? Refused)> AwaitHealthAsync(
        ReleaseWork work, string cluster, ClusterPhase phase, Content content, TimeSpan elapsed, JsonObject state, CancellationToken cancellationToken)
    {
        var workloads = content.Objects.Select(m => m.Ref).Where(r => HealthGate.IsDecisive(r, work.Release.Spec)).ToList();
        var read = await gate.ReadAsync(cluster, work.Release.Spec, workloads, [], elapsed, state, cancellationToken);
        await gate.SaveAsync(work, cluster, phase, read, cancellationToken);
        return gate.Decide(work, read.Health) switch
        {
            HealthVerdict.Healthy => (true, null),
            HealthVerdict.Failed failed => (false, failed.Message),
            _ => (false, null),
        };
    }

    /// <summary>What is still there, or failed for a passing reason, is tried again at the next look.</summary>
    /// <exception cref="TransientTroubleException">It is to be tried again.</exception>
    internal static (bool Advanced, string? Refused) Told(PruneReport report)
    {
        if (report.Succeeded)
        {
            return (true, null);
        }

        var failure = report.Failures[0];
        return failure.IsTransient || failure.Outcome == PruneOutcome.StillThere
            ? throw new TransientTroubleException($"{report.Cluster}: {failure.Ref} could not be removed: {failure.Message}")
            : (false, $"{report.Cluster}: {failure.Ref} could not be removed: {failure.Message}");
    }
}
