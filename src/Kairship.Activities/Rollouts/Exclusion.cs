using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Fleet.Resources.Stopping;
using Kairship.Workflows.Activities;
using Limits = System.Collections.Generic.IReadOnlyDictionary<string, System.Collections.Generic.IReadOnlyDictionary<string, int>?>;
using Places = System.Collections.Generic.IReadOnlyDictionary<string, System.Collections.Generic.IReadOnlyDictionary<string, int>>;

namespace Kairship.Activities.Rollouts;

/// <summary>
/// Keeps what must not run twice from doing so while it moves, there (Promote) and back (<see cref="WayBack"/>): before it grows anywhere, it is taken away where it has too much, and no pod of it is left there. Where that is not
/// certain by the release's deadline, nothing grows.
/// </summary>
internal sealed class Exclusion(
    Tracks tracks, Standstill standstill, HalfWay halfWay, IEnumerable<IFencing> fencing, IClusterHealthStore health, ReleaseDesk desk, TimeProvider time)
{
    private const string Apart = "apart";

    public static bool IsStateful(ReleaseWork work) =>
        IsStateful(work.Target) || (work.Stable is { } stable && IsStateful(stable));

    public static bool IsStateful(Rendition rendition) => Statefulness.Of(rendition.Spec, rendition.Manifests) is not null;

    public static Places Placed(Plan? plan) => (plan?.Targets ?? []).ToDictionary(c => c.Cluster, c => c.Replicas);

    /// <summary>Before a wave grows. Null: it may; it is not asked again. Otherwise what the activity answers.</summary>
    public async Task<ActivityResult?> BeforeAsync(EffectContext context, ReleaseWork work, WaveInput wave, CancellationToken cancellationToken)
    {
        if (context.State[Apart] is not null || !IsStateful(work) || !wave.Clusters.Any(c => work.Target.PlanOf(c)?.Role == PlannedRole.Target))
        {
            return null;
        }

        var (limits, known) = await OfAsync(work, Placed(work.Stable?.Plan), Placed(work.Target.Plan), cancellationToken);
        if (limits.Count == 0)
        {
            context.State[Apart] = true;
            return null;
        }

        var outcome = await NotReadyAsync(ExclusiveMove.Growing(Placed(work.Stable?.Plan), Placed(work.Target.Plan)), cancellationToken) is { } away
            ? (Done: false, WhyNot: $"{away}, where it is to grow, is not ready: it is not taken away elsewhere for that.")
            : await TakeAwayAsync(context, work, limits, known, cancellationToken);
        switch (outcome)
        {
            case (false, null):
                return Pace.LookAgain(context.State, work.Release.Id, time);
            case (false, { } why):
                await desk.TellAsync(context, work.Release.Id, "NotApart", null, why, cancellationToken);
                return ReleaseSignals.Failed(why);
            default:
                context.State[Apart] = true;
                var where = string.Join(", ", limits.Select(l => $"{l.Key} {l.Value?.Values.Sum() ?? 0}"));
                var line = new ReleaseEvent(work.Release.Id, time.GetUtcNow(), "TakenAway", null, $"It was taken away before it grows elsewhere, and no pod too many is left: {where}.");
                await desk.Store.AddReleaseEventAsync(line, $"{work.Release.Id}/TakenAway", cancellationToken);
                return Pace.GoOn(context.State, work.Release.Id, time);
        }
    }

    /// <summary>Before anything gets back what it had. Done with a reason: it is not to be done, since it is not certain that nothing would be doubled.</summary>
    /// <param name="touched">Clusters that go back.</param>
    /// <param name="without">Clusters that nothing is done to.</param>
    public async Task<(bool IsOver, string? WhyNot)> BeforeBackAsync(
        EffectContext context, ReleaseWork work, IReadOnlyCollection<string> touched, IReadOnlyCollection<string> without, CancellationToken cancellationToken)
    {
        if (context.State[Apart] is { } apart)
        {
            return (true, apart.GetValueKind() == System.Text.Json.JsonValueKind.String ? apart.ToString() : null);
        }

        if (!IsStateful(work) || work.Stable is null)
        {
            return (true, null);
        }

        var reached = Placed(work.Target.Plan).Where(c => touched.Contains(c.Key)).ToDictionary();
        var (limits, known) = await OfAsync(work, ExclusiveMove.Most(reached, Untouched(work, touched)), Placed(work.Stable.Plan), cancellationToken);
        limits = limits.Where(l => !without.Contains(l.Key)).ToDictionary();
        var (done, why) = limits.Count == 0 ? (true, null) : await TakeAwayAsync(context, work, limits, known, cancellationToken);
        if (done || why is not null)
        {
            context.State[Apart] = why is null ? true : why;
        }

        return (done || why is not null, why);
    }

    /// <summary>Clusters where an earlier release ended half way, so that this one has something to do there whatever its plan says: what must not run twice may run there, or be stopped. None where two do no harm.</summary>
    public async Task<IReadOnlyList<string>> UnsettledAsync(ReleaseWork work, CancellationToken cancellationToken) =>
        IsStateful(work) ? [.. (await halfWay.OfAsync(work.Release.Application, work.Stable, work.Release.Number, cancellationToken)).SelectMany(h => h.Clusters)] : [];

    /// <summary>The first of them that is not ready. It may be so since the release began: what it has not got yet it cannot have, and what was taken away for it is given back.</summary>
    private async Task<string?> NotReadyAsync(IReadOnlyList<string> clusters, CancellationToken cancellationToken)
    {
        foreach (var cluster in clusters)
        {
            if (await health.GetAsync(cluster, cancellationToken) is { Ready: { Status: not ConditionStatus.True } })
            {
                return cluster;
            }
        }

        return null;
    }

    private async Task<bool> IsFencedAsync(string application, string cluster, CancellationToken cancellationToken)
    {
        foreach (var one in fencing)
        {
            if (await one.RunsNothingAsync(application, cluster, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Clusters that have what they had.</summary>
    private static Places Untouched(ReleaseWork work, IReadOnlyCollection<string> touched) => Placed(work.Stable!.Plan).Where(c => !touched.Contains(c.Key)).ToDictionary();

    private static HashSet<string> LostOf(ReleaseWork work) =>
        [.. work.Release.Change?.Lost ?? [], .. work.Target.Plan.Clusters.Where(c => c.Role == PlannedRole.Lost).Select(c => c.Cluster)];

    /// <summary>What is taken down to what, with what may run there.</summary>
    private async Task<(Limits Limits, IReadOnlyList<Rendition> Known)> OfAsync(ReleaseWork work, Places from, Places to, CancellationToken cancellationToken)
    {
        var left = await halfWay.OfAsync(work.Release.Application, work.Stable, work.Release.Number, cancellationToken);
        foreach (var release in left)
        {
            var placed = Placed(release.What.Plan);
            from = ExclusiveMove.Most(from, release.Clusters.ToDictionary(c => c, c => placed.GetValueOrDefault(c) ?? new Dictionary<string, int>()));
        }

        var (limits, lost) = (ExclusiveMove.TakeAway(from, to, isExact: left.Count == 0).ToDictionary(), LostOf(work));
        foreach (var cluster in limits.Keys)
        {
            if (lost.Contains(cluster) || await IsFencedAsync(work.Release.Application, cluster, cancellationToken))
            {
                // It cannot be asked, and need not be.
                limits.Remove(cluster);
            }
        }

        return (limits, [work.Target, .. work.Stable is { } stable ? [stable] : (Rendition[])[], .. left.Select(l => l.What)]);
    }

    /// <summary>Done: certain. Not done with a reason: it cannot be made certain.</summary>
    private async Task<(bool Done, string? WhyNot)> TakeAwayAsync(EffectContext context, ReleaseWork work, Limits limits, IReadOnlyList<Rendition> known, CancellationToken cancellationToken)
    {
        var late = Pace.Late(context.State, time);
        var clusters = limits.Keys.Order(StringComparer.Ordinal).ToList();
        var states = clusters.ToDictionary(c => c, c => Pace.Of(context.State, $"{Apart}/{c}"));
        var outcomes = await Task.WhenAll(clusters.Select(c => TakeAwayAsync(context, work, c, limits[c], known, states[c], late, cancellationToken)));
        for (var i = 0; i < clusters.Count; i++)
        {
            if (outcomes[i] is (StepOutcome.Failed, { } reason))
            {
                return (false, $"It stays as it is, since it is not certain that {clusters[i]} runs {(limits[clusters[i]] is null ? "nothing of it" : "no more of it than it should")}: {reason}");
            }
        }

        return (outcomes.All(o => o.Outcome == StepOutcome.Done), null);
    }

    private async Task<(StepOutcome Outcome, string? Reason)> TakeAwayAsync(
        EffectContext context, ReleaseWork work, string cluster, IReadOnlyDictionary<string, int>? most, IReadOnlyList<Rendition> known, JsonObject state, TimeSpan late,
        CancellationToken cancellationToken)
    {
        var elapsed = Pace.Elapsed(state, "since", time, late);
        try
        {
            await WriteDownAsync(work, cluster, state, cancellationToken);
            if (most is null && work.Stable is not null && ClusterChange.Told(await tracks.RemoveCanaryAsync(work, cluster, cancellationToken)).Refused is { } kept)
            {
                return (StepOutcome.Failed, kept);
            }

            var order = new StandstillOrder(ReleaseOptions.SetOf(work.Release.Spec), await KnownAsync(known, cluster, cancellationToken))
            {
                AtMost = most, ReleaseId = work.Release.Id, Epoch = context.Epoch,
            };
            var report = await standstill.LookAsync(cluster, order, cancellationToken);
            return report.Running is null ? (StepOutcome.Done, null)
                : report.IsRefused ? (StepOutcome.Failed, report.Running)
                : Within(work, elapsed, report.Running);
        }
        catch (Exception e) when (Trouble.Passes(e) || e is ClusterException { Kind: ClusterFailure.Conflict })
        {
            return Within(work, elapsed, e.Message);
        }
        catch (UnknownClusterException e)
        {
            // Who takes a cluster out of the fleet says so of all that runs there; nobody could ever be asked again.
            await desk.TellAsync(context, work.Release.Id, "NotAsked", cluster, $"{e.Message} It is taken to run nothing of {work.Release.Application}.", cancellationToken);
            return (StepOutcome.Done, null);
        }
        catch (Exception e) when (Trouble.Lasts(e))
        {
            return (StepOutcome.Failed, e.Message);
        }
    }

    private static (StepOutcome Outcome, string Reason) Within(ReleaseWork work, TimeSpan elapsed, string reason) =>
        (elapsed < work.Release.Spec.Rollout.ProgressDeadline ? StepOutcome.Busy : StepOutcome.Failed, reason);

    /// <summary>Before it is done: whoever rolls back must know where to look. On the way back it is known.</summary>
    private async Task WriteDownAsync(ReleaseWork work, string cluster, JsonObject state, CancellationToken cancellationToken)
    {
        if (state["begun"] is null && desk.StateOf(work, cluster) is { Phase: ClusterPhase.Waiting or ClusterPhase.Canary } waiting && work.Target.PlanOf(cluster) is { } plan)
        {
            var phase = plan.Role == PlannedRole.Target ? ClusterPhase.Promoting : ClusterPhase.Leaving;
            await desk.SaveAsync(work, waiting with { Phase = phase, Health = "Progressing" }, cancellationToken);
        }

        state["begun"] = true;
    }

    private async Task<IReadOnlyList<Manifest>> KnownAsync(IReadOnlyList<Rendition> known, string cluster, CancellationToken cancellationToken)
    {
        var found = new List<Manifest>();
        foreach (var rendition in known)
        {
            try
            {
                found.AddRange(await tracks.InAsync(rendition, cluster, cancellationToken));
            }
            catch (PlanMismatchException)
            {
                // Then its objects are found by the set that they are members of.
            }
        }

        return found;
    }
}
