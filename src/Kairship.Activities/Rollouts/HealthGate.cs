using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.Status;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Reads how clusters stand, remembers since when something is wrong, writes it down for people, and gives one verdict.</summary>
internal sealed class HealthGate(HealthReader reader, StatusExpressions expressions, ReleaseDesk desk, TimeProvider time)
{
    private const string Troubles = "troubles";

    /// <summary>Reads one cluster.</summary>
    /// <param name="decisive">The workloads that decide.</param>
    /// <param name="shown">Others whose pods are counted for people.</param>
    /// <param name="state">The cluster's part of the activity's state: since when what has been wrong.</param>
    public async Task<(ClusterHealth Health, int Ready, int Desired)> ReadAsync(
        string cluster, Application application, IReadOnlyList<ObjectRef> decisive, IReadOnlyList<ObjectRef> shown, TimeSpan waiting, JsonObject state,
        CancellationToken cancellationToken)
    {
        try
        {
            var report = await reader.ReadAsync(cluster, [.. decisive, .. shown], application.Name, expressions.RulesOf(application), cancellationToken);
            var workloads = report.Objects.Take(decisive.Count).Select(o => Describe(o, state)).ToList();
            return (new ClusterHealth(cluster, true, workloads, waiting), report.Ready, report.Desired);
        }
        catch (Exception e) when (e is ClusterException or UnknownClusterException)
        {
            return (new ClusterHealth(cluster, false, [], waiting, (e as ClusterException)?.Detail ?? e.Message), 0, 0);
        }
    }

    /// <summary>Objects whose health tells how a release goes: workloads, and what the application has a status rule for.</summary>
    public static bool IsDecisive(ObjectRef reference, Application application) =>
        Tracks.IsWorkload(reference) || application.Status.Any(r => r.Group == reference.Group && r.Kind == reference.Kind);

    public HealthVerdict Decide(ReleaseWork work, params IReadOnlyList<ClusterHealth> clusters) =>
        HealthVerdict.Decide(clusters, work.Release.Spec.Rollout.ProgressDeadline);

    /// <summary>Writes down how a cluster stands.</summary>
    public Task SaveAsync(
        ReleaseWork work, string cluster, ClusterPhase phase, (ClusterHealth Health, int Ready, int Desired) read, CancellationToken cancellationToken, int? weight = null)
    {
        var verdict = Decide(work, read.Health);
        var (word, message) = verdict switch
        {
            HealthVerdict.Healthy => ("Healthy", null),
            HealthVerdict.Failed failed => ("Failed", failed.Message),
            HealthVerdict.Progressing progressing => (read.Health.IsReported ? "Progressing" : "Unknown", progressing.WaitingFor),
            _ => ("Unknown", null),
        };
        var known = desk.StateOf(work, cluster);
        return desk.SaveAsync(
            work,
            known with
            {
                Phase = phase,
                Weight = weight ?? known.Weight,
                Ready = read.Health.IsReported ? read.Ready : known.Ready,
                Desired = read.Health.IsReported ? read.Desired : known.Desired,
                Health = word,
                Message = message,
            },
            cancellationToken);
    }

    private WorkloadHealth Describe(ObjectStatus status, JsonObject state)
    {
        var (ready, desired) = (status.Ready ?? 0, status.Desired ?? 0);
        var healthy = status.Health == Health.Current;

        // A report counts as one about the new revision only when it is healthy as a whole or says what is missing from it.
        var isCurrent = healthy || (status.Health is Health.InProgress or Health.Failed && status.Reason != "NotObserved" && ready < desired) || status.Health == Health.Failed;
        var reason = healthy ? null : status.Reason;
        return new WorkloadHealth(WorkloadKey.Of(status.Ref), ready, desired, isCurrent, reason, status.Message, Since(status.Ref, reason, state));
    }

    private TimeSpan Since(ObjectRef reference, string? reason, JsonObject state)
    {
        if (state[Troubles] is not JsonObject troubles)
        {
            state[Troubles] = troubles = [];
        }

        var key = $"{reference.Kind}/{reference.Name}";
        if (reason is null)
        {
            troubles.Remove(key);
            return TimeSpan.Zero;
        }

        var now = time.GetUtcNow();
        if (troubles[key] is not JsonObject known || known["reason"]?.ToString() != reason)
        {
            troubles[key] = new JsonObject { ["reason"] = reason, ["since"] = now.UtcTicks };
            return TimeSpan.Zero;
        }

        return TimeSpan.FromTicks(now.UtcTicks - known["since"]!.GetValue<long>());
    }
}

/// <summary>How long an activity has been at it, and when it looks again: soon at first, then less often.</summary>
internal static class Pace
{
    private const string Next = "next";
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Looks are that much late at most when all is well.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>The time since <paramref name="key"/> was first asked for in this execution, less what it was <paramref name="late"/>.</summary>
    public static TimeSpan Elapsed(JsonObject state, string key, TimeProvider time, TimeSpan late = default)
    {
        var now = time.GetUtcNow().UtcTicks;
        var since = Math.Min(now, (state[key]?.GetValue<long>() ?? now) + late.Ticks);
        state[key] = since;
        return TimeSpan.FromTicks(now - since);
    }

    /// <summary>For how long nobody looked who should have: the release was paused, or no server was running. That time counts neither for a deadline nor as observed.</summary>
    public static TimeSpan Late(JsonObject state, TimeProvider time)
    {
        var late = state[Next] is { } next ? TimeSpan.FromTicks(time.GetUtcNow().UtcTicks - next.GetValue<long>()) : TimeSpan.Zero;
        return late > Grace ? late : TimeSpan.Zero;
    }

    /// <summary>One cluster's part of an activity's state: parts may be used at the same time, the whole may not.</summary>
    public static JsonObject Of(JsonObject state, string cluster)
    {
        if (state["clusters"] is not JsonObject clusters)
        {
            state["clusters"] = clusters = [];
        }

        if (clusters[cluster] is not JsonObject own)
        {
            clusters[cluster] = own = [];
        }

        return own;
    }

    public static ActivityResult LookAgain(JsonObject state, string releaseId, TimeProvider time)
    {
        var looks = state["looks"]?.GetValue<int>() ?? 0;
        state["looks"] = looks + 1;
        var delay = First * Math.Pow(1.4, Math.Min(looks, 20));
        return Wait(state, releaseId, delay < Longest ? delay : Longest, time);
    }

    /// <summary>There is more to do: at once, but with what was done so far kept, and with an eye on an abort.</summary>
    public static ActivityResult GoOn(JsonObject state, string releaseId, TimeProvider time) => Wait(state, releaseId, TimeSpan.FromMilliseconds(1), time);

    private static ActivityResult Wait(JsonObject state, string releaseId, TimeSpan delay, TimeProvider time)
    {
        state[Next] = (time.GetUtcNow() + delay).UtcTicks;
        return ActivityResult.Wait(delay, state, ReleaseSignals.Abort(releaseId));
    }
}
