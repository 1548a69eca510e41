using System.Collections.Concurrent;
using Kairship.Activities.Releases;
using Kairship.Activities.Returning;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Drift;

namespace Kairship.Activities.Drift;

/// <summary>
/// Keeps applications as they were released: compares every cluster with the released revision, rendered as then, and puts it back where it may. Never while a release, a rollback
/// or anybody else has the application: it is looked at before, after, and before each write.
/// </summary>
public sealed class DriftKeeper(IDeliveryStore store, ClusterConnections connections, DriftInspector inspector, Healer healer, ReturnGate returning, TimeProvider time)
{
    private const int ClustersAtOnce = 16;

    /// <summary>Who holds an application while it is put back.</summary>
    public const string Holder = "drift";

    /// <param name="heal">Puts back what differs; otherwise it is only compared.</param>
    public async Task<DriftCheck> CheckAsync(Application application, bool heal, CancellationToken cancellationToken)
    {
        if (await HolderAsync(application.Name, cancellationToken) is { } holder)
        {
            return new DriftCheck.NotNow($"{application.Name} is being changed by {holder}: it is compared once that is over.");
        }

        var current = await store.GetCurrentRevisionAsync(application.Name, cancellationToken);
        if (await new ReleaseDesk(store, time).StableAsync(application.Name, current, int.MaxValue, cancellationToken) is not { } stable)
        {
            return new DriftCheck.NotNow($"{application.Name} was never released: there is nothing to compare its clusters with.");
        }

        var before = await store.GetDriftAsync(application.Name, cancellationToken);
        var scene = new Scene(application, stable, before is not null && before.Release == stable.Release ? before : null);
        var inspections = await InspectAsync(scene, stable.Plan.Targets.Select(c => c.Cluster), cancellationToken);
        if (await HolderAsync(application.Name, cancellationToken) is { } meanwhile)
        {
            return new DriftCheck.NotNow($"{application.Name} began to be changed by {meanwhile} while it was compared.");
        }

        var work = heal ? await HealAsync(scene, inspections, cancellationToken) : HealWork.None;
        var report = Report(scene, inspections, work);
        await store.SaveDriftAsync(report, cancellationToken);
        return new DriftCheck.Compared(report, work.Healed);
    }

    /// <summary>Who changes the application now; null: nobody.</summary>
    private async Task<string?> HolderAsync(string application, CancellationToken cancellationToken) =>
        await store.GetArbiterLeaseAsync(application, cancellationToken) is { Purpose: > ArbiterPurpose.Heal } lease ? lease.Holder : null;

    private async Task<ConcurrentDictionary<string, Look>> InspectAsync(Scene scene, IEnumerable<string> clusters, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, Look>(StringComparer.Ordinal);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ClustersAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(clusters, parallel, async (cluster, token) => found[cluster] = await LookAsync(scene, cluster, token));
        return found;
    }

    private async Task<Look> LookAsync(Scene scene, string cluster, CancellationToken cancellationToken)
    {
        try
        {
            var released = await scene.Stable.InAsync(connections, cluster, cancellationToken);
            return new Look(await inspector.InspectAsync(cluster, scene.Application, scene.Stable.Release, released, cancellationToken), null);
        }
        catch (Exception e) when (e is ClusterException or UnknownClusterException or PlanMismatchException)
        {
            return new Look(null, e.Message);
        }
    }

    private async Task<HealWork> HealAsync(Scene scene, ConcurrentDictionary<string, Look> looks, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var chosen = looks.Values.Select(l => l.Inspection).OfType<Inspection>()
            .Select(i => (Inspection: i, Objects: i.Objects.Where(o => scene.MayHeal(i.Cluster, o.Drift, now) == HealDecision.Heal).ToList()))
            .Where(c => c.Objects.Count > 0).ToList();
        var waiting = await WaitingAsync(scene, chosen.Select(c => c.Inspection.Cluster), cancellationToken);
        chosen.RemoveAll(c => waiting.ContainsKey(c.Inspection.Cluster));
        if (chosen.Count == 0)
        {
            return new HealWork([], waiting);
        }

        if (await store.TryHoldAsync(scene.Application.Name, Holder, ArbiterPurpose.Heal, now, cancellationToken) is not { } lease)
        {
            return HealWork.None;
        }

        try
        {
            var reports = new ConcurrentBag<HealReport>();
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = ClustersAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(chosen, parallel, async (choice, token) =>
                reports.Add(await HealAsync(scene, choice.Inspection, choice.Objects, lease, token)));
            var again = reports.Where(r => r.Healed.Count > 0).Select(r => r.Cluster).ToList();
            foreach (var (cluster, look) in await InspectAsync(scene, again, cancellationToken))
            {
                looks[cluster] = look;
            }

            return new HealWork(
                [.. reports.OrderBy(r => r.Cluster, StringComparer.Ordinal).SelectMany(r => r.Healed.Select(o => (r.Cluster, o)))],
                reports.Select(r => KeyValuePair.Create(r.Cluster, r.Problems)).Concat(waiting).ToDictionary());
        }
        finally
        {
            await store.LetGoAsync(scene.Application.Name, Holder, CancellationToken.None);
        }
    }

    /// <summary>Clusters in which nothing is put back now, and why.</summary>
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<PlanProblem>>> WaitingAsync(Scene scene, IEnumerable<string> clusters, CancellationToken cancellationToken)
    {
        var waiting = new Dictionary<string, IReadOnlyList<PlanProblem>>(StringComparer.Ordinal);
        string? doubtful = null;
        foreach (var cluster in clusters)
        {
            doubtful ??= await DoubtfulAsync(scene, cancellationToken) ?? "";
            if ((doubtful.Length > 0 ? doubtful : await returning.WhyNotAsync(cluster, cancellationToken)) is { } why)
            {
                waiting[cluster] = [new PlanProblem(null, $"{why} Nothing is put back there until then.")];
            }
        }

        return waiting;
    }

    /// <summary>What must not run twice, and may run where it should not since a release ended half way: putting back what was stopped would double it.</summary>
    private async Task<string?> DoubtfulAsync(Scene scene, CancellationToken cancellationToken) =>
        Exclusion.IsStateful(scene.Stable)
        && await new HalfWay(new RemainsReader(store), new ReleaseDesk(store, time)).OfAsync(scene.Application.Name, scene.Stable, int.MaxValue, cancellationToken) is [{ } last, ..]
            ? $"{last.What.Release} ended half way in {string.Join(", ", last.Clusters)}, and {scene.Application.Name} must not run twice: release it again."
            : null;

    private async Task<HealReport> HealAsync(
        Scene scene, Inspection inspection, IReadOnlyList<InspectedObject> objects, ArbiterLease lease, CancellationToken cancellationToken)
    {
        try
        {
            return await healer.HealAsync(
                inspection, objects, scene.Application, scene.Stable.Release,
                async token => await store.GetArbiterLeaseAsync(scene.Application.Name, token) is { Holder: Holder } held && held.Epoch == lease.Epoch,
                cancellationToken);
        }
        catch (Exception e) when (e is ClusterException or UnknownClusterException)
        {
            return new HealReport(inspection.Cluster, [], [new PlanProblem(null, e.Message)]);
        }
    }

    private DriftReport Report(Scene scene, ConcurrentDictionary<string, Look> looks, HealWork work)
    {
        var now = time.GetUtcNow();
        var heals = HealRules.Remember(scene.Before?.Heals ?? [], work.Healed.Select(h => (h.Cluster, h.Object.Ref.Identity)), now);
        var clusters = looks.OrderBy(l => l.Key, StringComparer.Ordinal)
            .Select(l => scene.Describe(l.Key, l.Value.Inspection, l.Value.Trouble, work.ProblemsOf(l.Key), heals, now));
        return new DriftReport(scene.Application.Name, scene.Stable.Release, scene.Stable.Plan.Revision, now, [.. clusters], heals);
    }

    private sealed record Look(Inspection? Inspection, string? Trouble);

    private sealed record HealWork(IReadOnlyList<(string Cluster, DriftedObject Object)> Healed, IReadOnlyDictionary<string, IReadOnlyList<PlanProblem>> Problems)
    {
        public static readonly HealWork None = new([], new Dictionary<string, IReadOnlyList<PlanProblem>>());

        public IReadOnlyList<PlanProblem> ProblemsOf(string cluster) => Problems.TryGetValue(cluster, out var found) ? found : [];
    }
}
