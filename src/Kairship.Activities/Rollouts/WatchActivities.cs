using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Clusters;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Looks at the workloads of a wave again and again. One verdict out of all its clusters: Healthy when every one is, Failed as soon as one has.</summary>
internal abstract class WatchActivity(Tracks tracks, HealthGate gate, ReleaseDesk desk) : EffectActivity
{
    protected ReleaseDesk Desk => desk;

    public sealed override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var work = await desk.LoadAsync(context, cancellationToken);
        if (ReleaseSignals.AbortIn(context.ResumedBy, work.Release.Id) is { } abort)
        {
            return ReleaseSignals.Aborted(abort);
        }

        var wave = WaveInput.Of(context).Tried(work);
        if (wave.Clusters.Count == 0)
        {
            return ActivityResult.Leave("Healthy");
        }

        var state = context.State;
        var waiting = Pace.Elapsed(state, "since", context.Time, Pace.Late(state, context.Time));
        var canary = !string.Equals(context.Text("Track"), "stable", StringComparison.OrdinalIgnoreCase);
        var states = wave.Clusters.Select(cluster => Pace.Of(state, cluster)).ToList();
        var reads = await Task.WhenAll(wave.Clusters.Select((cluster, i) => ReadAsync(work, cluster, canary, Waiting(context, waiting), states[i], cancellationToken)));
        var verdict = gate.Decide(work, [.. reads.Select(r => r.Health)]);
        if (verdict is HealthVerdict.Failed failed)
        {
            await desk.TellAsync(context, work.Release.Id, "Unhealthy", failed.Cluster, failed.Message, cancellationToken);
            return ReleaseSignals.Failed(failed.Message);
        }

        return await NextAsync(context, work, wave, verdict is HealthVerdict.Healthy, waiting, cancellationToken)
            ?? Pace.LookAgain(state, work.Release.Id, context.Time);
    }

    /// <summary>How long the clusters have been waited for, out of how long this activity runs.</summary>
    protected virtual TimeSpan Waiting(EffectContext context, TimeSpan running) => running;

    /// <summary>What comes of it; null: look again.</summary>
    protected abstract Task<ActivityResult?> NextAsync(
        EffectContext context, ReleaseWork work, WaveInput wave, bool healthy, TimeSpan running, CancellationToken cancellationToken);

    private async Task<(ClusterHealth Health, int Ready, int Desired)> ReadAsync(
        ReleaseWork work, string cluster, bool canary, TimeSpan waiting, JsonObject state, CancellationToken cancellationToken)
    {
        try
        {
            var stable = canary ? await tracks.StableAsync(work, cluster, cancellationToken) : await tracks.TargetAsync(work, cluster, cancellationToken);
            List<ObjectRef> shown = [.. stable.Select(m => m.Ref).Where(Tracks.IsWorkload)];
            List<ObjectRef> decisive = shown;
            if (canary)
            {
                decisive = [.. (await tracks.CanaryAsync(work, cluster, new Dictionary<string, int>(), cancellationToken)).Manifests.Select(m => m.Ref).Where(Tracks.IsWorkload)];
            }

            var read = await gate.ReadAsync(cluster, work.Release.Spec, decisive, canary ? shown : [], waiting, state, cancellationToken);
            await gate.SaveAsync(work, cluster, desk.StateOf(work, cluster).Phase, read, cancellationToken);
            return read;
        }
        catch (Exception e) when (Trouble.Passes(e) || Trouble.Lasts(e))
        {
            return (new ClusterHealth(cluster, false, [], waiting, (e as ClusterException)?.Detail ?? e.Message), 0, 0);
        }
    }
}

/// <summary>Waits until what was applied to a wave is healthy, for the revision that was applied.</summary>
internal sealed class WaitUntilHealthyActivity(Tracks tracks, HealthGate gate, ReleaseDesk desk) : WatchActivity(tracks, gate, desk)
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.WaitUntilHealthy", "Rollout", "Waits until the wave's workloads are healthy for the revision that was applied; fails on what does not pass by waiting, and at the application's progress deadline.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(ReleaseInputs.Wave)
        .WithInput(new InputDescriptor("Track", "String", "Which pods decide.", UIHint: "dropdown", DefaultValue: "canary", Options: ["canary", "stable"], Order: 2))
        .WithOutput(ReleaseInputs.Reason)
        .WithOutput(ReleaseInputs.Ending)
        .WithOutcomes("Healthy", "Failed", "Aborted") with { DisplayName = "Wait Until Healthy" };

    protected override Task<ActivityResult?> NextAsync(
        EffectContext context, ReleaseWork work, WaveInput wave, bool healthy, TimeSpan running, CancellationToken cancellationToken) =>
        Task.FromResult(healthy ? ActivityResult.Leave("Healthy") : null);
}

/// <summary>Watches the canary of a wave for a while: it must be healthy at the end, and nothing may have failed meanwhile.</summary>
internal sealed class ObserveActivity(Tracks tracks, HealthGate gate, ReleaseDesk desk) : WatchActivity(tracks, gate, desk)
{
    private const string Unwell = "unwellSince";

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.Observe", "Rollout", "Watches a wave's canary for some time, and is healthy when all of it is healthy at the end of that time.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(ReleaseInputs.Wave)
        .WithInput(new InputDescriptor("Duration", "TimeSpan", "How long to watch, as days.hours:minutes:seconds such as 00:05:00.", DefaultValue: "00:01:00", Order: 2))
        .WithOutput(ReleaseInputs.Reason)
        .WithOutput(ReleaseInputs.Ending)
        .WithOutcomes("Healthy", "Failed", "Aborted");

    // A pod may be replaced while it is watched: the deadline runs from where it became unwell, not from the beginning of the watch.
    protected override TimeSpan Waiting(EffectContext context, TimeSpan running) =>
        context.State[Unwell] is { } since ? TimeSpan.FromTicks(context.Time.GetUtcNow().UtcTicks - since.GetValue<long>()) : TimeSpan.Zero;

    protected override async Task<ActivityResult?> NextAsync(
        EffectContext context, ReleaseWork work, WaveInput wave, bool healthy, TimeSpan running, CancellationToken cancellationToken)
    {
        if (!healthy)
        {
            context.State[Unwell] ??= context.Time.GetUtcNow().UtcTicks;
            return null;
        }

        context.State.Remove(Unwell);
        var duration = TimeSpan.TryParse(context.Text("Duration"), out var wanted) ? wanted : TimeSpan.FromMinutes(1);
        if (running < duration)
        {
            return null;
        }

        await Desk.TellAsync(context, work.Release.Id, "Observed", null, $"Wave {wave.Name}: healthy for {duration.TotalSeconds:0.#} s.", cancellationToken);
        return ActivityResult.Leave("Healthy");
    }
}
