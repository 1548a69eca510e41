using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Resources;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Puts the canary beside the stable pods of a wave, as many as the weight asks for over the whole wave. Stable objects are not touched.</summary>
internal sealed class SetCanaryWeightActivity(Tracks tracks, Applier applier, ReleaseDesk desk) : EffectActivity
{
    private const int ClustersAtOnce = 16;

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.SetCanaryWeight", "Rollout", "Sets the canary's share in a wave of clusters, by replicas: one number for the wave, divided over its clusters so that a step up takes pods away nowhere.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(ReleaseInputs.Wave)
        .WithInput(new InputDescriptor("Weight", "Int32", "Share of the canary in percent, 1 to 100.", UIHint: "singleline", IsRequired: true, Order: 2))
        .WithOutput(ReleaseInputs.Reason)
        .WithOutput(ReleaseInputs.Ending)
        .WithOutcomes("Done", "Failed") with { DisplayName = "Set Canary Weight" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var work = await desk.LoadAsync(context, cancellationToken);
        var wave = WaveInput.Of(context).Tried(work);
        if (!int.TryParse(context.RequiredText("Weight"), out var weight) || weight is < 1 or > 100)
        {
            throw new ActivityInputException(context.ActivityId, "Weight", "must be a whole number from 1 to 100");
        }

        if (wave.Clusters.Count == 0)
        {
            return ActivityResult.Done();
        }

        var state = context.State;
        var elapsed = Pace.Elapsed(state, "since", context.Time, Pace.Late(state, context.Time));
        try
        {
            return await SetAsync(context, work, wave, weight, cancellationToken);
        }
        catch (Exception e) when (Trouble.Passes(e) && elapsed < work.Release.Spec.Rollout.ProgressDeadline)
        {
            context.Note(e.Message);
            return Pace.LookAgain(state, work.Release.Id, context.Time);
        }
        catch (Exception e) when (Trouble.Passes(e) || Trouble.Lasts(e))
        {
            return ReleaseSignals.Failed(e.Message);
        }
    }

    private async Task<ActivityResult> SetAsync(EffectContext context, ReleaseWork work, WaveInput wave, int weight, CancellationToken cancellationToken)
    {
        if (ReleaseSignals.AbortIn(context.ResumedBy, work.Release.Id) is { } abort)
        {
            return ActivityResult.Leave("Failed", new JsonObject { ["Reason"] = abort.Reason, ["Ending"] = abort.Ending });
        }

        var stable = new Dictionary<string, IReadOnlyDictionary<string, int>>();
        foreach (var cluster in wave.Clusters)
        {
            stable[cluster] = await tracks.StableReplicasAsync(work, cluster, cancellationToken);
        }

        var canary = CanaryMath.DivideWave(stable, weight);
        var refused = new string?[wave.Clusters.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ClustersAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, wave.Clusters.Count, parallel, async (index, token) =>
        {
            var cluster = wave.Clusters[index];

            // Written down before it is done: whoever rolls back must know where to look. More than a canary is to be taken back where something was taken away already.
            var known = desk.StateOf(work, cluster);
            await desk.SaveAsync(work, known with { Phase = known.Phase == ClusterPhase.Promoting ? known.Phase : ClusterPhase.Canary, Weight = weight, Health = "Progressing" }, token);
            refused[index] = await ApplyAsync(context, work, cluster, canary[cluster], token);
        });
        if (refused.FirstOrDefault(r => r is not null) is { } reason)
        {
            return ReleaseSignals.Failed(reason);
        }

        var pods = canary.Values.Sum(c => c.Values.Sum());
        await desk.TellAsync(
            context, work.Release.Id, "CanaryWeight", null, $"Wave {wave.Name}: canary at {weight} % ({pods} pod(s) in {wave.Clusters.Count} cluster(s)).", cancellationToken);
        return ActivityResult.Done();
    }

    private async Task<string?> ApplyAsync(EffectContext context, ReleaseWork work, string cluster, IReadOnlyDictionary<string, int> replicas, CancellationToken cancellationToken)
    {
        var set = await tracks.CanaryAsync(work, cluster, replicas, cancellationToken);
        var options = ReleaseOptions.Canary(work.Release.Spec, work.Release.Id, context.Epoch);
        var report = await applier.ApplyAllAsync(cluster, set.Manifests, options, cancellationToken);
        var message = report.Succeeded ? null : Sentence(report);
        return report.IsTransient ? throw new TransientTroubleException(message!) : message;
    }

    internal static string Sentence(ApplyReport report)
    {
        var first = report.Failures.First(f => f.Reason != "Skipped");
        var more = report.Failures.Count - 1;
        return $"{report.Cluster}: {first.Ref}: {first.Reason}: {first.Message}{(more > 0 ? $" (and {more} more)" : "")}";
    }
}
