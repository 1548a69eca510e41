using System.Collections.Concurrent;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Returning;

namespace Kairship.Activities.Returning;

/// <summary>What one pass over a cluster that came back found.</summary>
/// <param name="Record">As it was compared last in this pass; null: it was not.</param>
/// <param name="Trouble">Why it was not compared, as a sentence.</param>
/// <param name="IsBack">False: it is not ready (any more).</param>
public sealed record ReturnPass(ReturnRecord? Record, string? Trouble, bool IsBack = true);

/// <summary>What became of applications that were being changed when their cluster was compared.</summary>
public enum BusyNow
{
    /// <summary>There were none.</summary>
    None,

    /// <summary>They still are.</summary>
    Still,

    /// <summary>At least one is not any more, or by somebody else: the cluster is to be compared again.</summary>
    Done,
}

/// <summary>
/// Compares a cluster that came back with what it should have, and fences what is stale there: first what would run twice is scaled down, then the rest is deleted in order. Every pass begins anew and may be repeated
/// at any time; each write is over exactly what was judged, by what is released at that moment.
/// </summary>
public sealed class ReturnKeeper(
    ReturnExpectations expectations, ReturnReader reader, StaleObjects stale, ReturnBook book, IClusterHealthStore health, TimeProvider time)
{
    private const int AtOnce = 16;
    private static readonly string Manager = new ApplyOptions().FieldManager;

    /// <summary>Compares, and writes down what was found before anything else is written.</summary>
    /// <param name="fence">Then takes out of action what is stale, and compares again.</param>
    public async Task<ReturnPass> GoAsync(string cluster, bool fence, CancellationToken cancellationToken)
    {
        if (ReturnGate.LossBefore(await health.GetAsync(cluster, cancellationToken)) is not { } loss)
        {
            return await health.GetAsync(cluster, cancellationToken) is { Ready.Status: ConditionStatus.True }
                ? new ReturnPass(null, $"{cluster} was never lost.")
                : new ReturnPass(null, $"{cluster} is not ready.", IsBack: false);
        }

        if (await ReturnGate.IsNewAsync(health, cluster, cancellationToken))
        {
            return new ReturnPass(null, $"{cluster} has joined and was never lost since: what it has is nobody's to fence.");
        }

        try
        {
            var (found, busy) = await CompareAsync(cluster, cancellationToken);
            var record = await book.WriteAsync(found, loss, time.GetUtcNow(), busy, [], cancellationToken);
            if (!fence || !found.Fence.Any())
            {
                return new ReturnPass(record, null);
            }

            var fenced = await FenceAsync(found, loss, cancellationToken);
            (found, busy) = await CompareAsync(cluster, cancellationToken);
            return new ReturnPass(await book.WriteAsync(found, loss, time.GetUtcNow(), busy, fenced, cancellationToken), null);
        }
        catch (Exception e) when (e is ClusterException or UnknownClusterException or ManifestException)
        {
            return new ReturnPass(null, e.Message, e is not UnknownClusterException);
        }
    }

    /// <summary>Asks no cluster.</summary>
    public async Task<BusyNow> BusyAsync(ReturnRecord record, CancellationToken cancellationToken)
    {
        if (record.Busy.Count == 0)
        {
            return BusyNow.None;
        }

        var busy = (await expectations.AllAsync(record.Cluster, cancellationToken)).Where(a => a.Busy is not null).ToDictionary(a => a.Busy!, a => a.IsBeingChanged);
        return record.Busy.Any(b => !busy.ContainsKey(b)) ? BusyNow.Done : record.Busy.Any(b => busy[b]) ? BusyNow.Still : BusyNow.None;
    }

    private async Task<(ReturnComparison Found, IReadOnlyList<string> Busy)> CompareAsync(string cluster, CancellationToken cancellationToken)
    {
        // What should be there is read after what is: a release that ended in between is known, and what it made is not taken for stale.
        var before = new Scene(await expectations.AllAsync(cluster, cancellationToken));
        var reading = await reader.ReadAsync(cluster, before.Expected, before.Kinds, cancellationToken);
        var scene = new Scene(await expectations.AllAsync(cluster, cancellationToken));
        var live = reading.Objects.Where(o => !IsBusy(o, before, scene)).Select(o => ReturningObject.From(o, Manager)).ToList();
        return (ReturnComparison.Of(cluster, live, scene.Expectations, reading.Unread), scene.BusyOf(reading.Objects.Select(ApplicationOf).ToHashSet()));
    }

    private static string? ApplicationOf(Manifest live) => live.Json["metadata"]?["labels"]?[KairshipLabels.Application]?.ToString();

    private static bool IsBusy(Manifest live, params ReadOnlySpan<Scene> scenes)
    {
        var application = ApplicationOf(live);
        foreach (var scene in scenes)
        {
            if (application is not null && scene.IsBusy(application))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Stage by stage: scaling down, then deleting, dependants first. What one stage could not do keeps the next from beginning.</summary>
    private async Task<IReadOnlyList<FencedObject>> FenceAsync(ReturnComparison found, long loss, CancellationToken cancellationToken)
    {
        var fenced = new ConcurrentBag<FencedObject>();
        var stages = found.Fence.GroupBy(i => i.Action == ReturnAction.ScaleToZero ? int.MaxValue : ApplyOrder.Rank(i.Ref)).OrderByDescending(g => g.Key);
        foreach (var stage in stages)
        {
            var stuck = false;
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(stage, parallel, async (item, token) =>
            {
                var (outcome, _) = await stale.FenceAsync(found.Cluster, item, (live, inner) => JudgeAsync(found.Cluster, loss, item, live, inner), token);
                if (outcome == FenceOutcome.Done)
                {
                    fenced.Add(new FencedObject(item.Ref, item.Application, item.Action, time.GetUtcNow()));
                }
                else if (outcome == FenceOutcome.Failed)
                {
                    Volatile.Write(ref stuck, true);
                }
            });
            if (stuck)
            {
                break;
            }
        }

        return [.. fenced.OrderBy(f => f.At).ThenBy(f => f.Ref.Identity, StringComparer.Ordinal)];
    }

    /// <summary>By what is so at this moment: the cluster may be lost again, and the application released there.</summary>
    private async Task<ReturnAction?> JudgeAsync(string cluster, long loss, ReturnItem item, Manifest live, CancellationToken cancellationToken)
    {
        if (ReturnGate.LossBefore(await health.GetAsync(cluster, cancellationToken)) != loss
            || await expectations.FindAsync(item.Application!, cluster, cancellationToken) is not { Busy: null } expected)
        {
            return null;
        }

        return ReturnComparison.Of(cluster, [ReturningObject.From(live, Manager)], [expected.Expectation]).Items is [{ } now] ? now.Action : null;
    }

    private sealed class Scene(IReadOnlyList<ExpectedApplication> applications)
    {
        private readonly HashSet<string> busy = [.. applications.Where(a => a.Busy is not null).Select(a => a.Name)];

        public IReadOnlyList<ReturnExpectation> Expectations { get; } = [.. applications.Select(a => a.Expectation)];

        public IReadOnlySet<string> Expected { get; } = applications.SelectMany(a => a.Expectation.Objects ?? []).Select(o => o.Identity).ToHashSet(StringComparer.Ordinal);

        public IEnumerable<ObjectKind> Kinds => applications.SelectMany(a => a.Kinds).Distinct();

        public bool IsBusy(string application) => busy.Contains(application);

        /// <summary>Of these that have something in the cluster: whoever is changed elsewhere only has nothing to be compared there.</summary>
        public IReadOnlyList<string> BusyOf(IReadOnlySet<string?> there) => [.. applications.Where(a => there.Contains(a.Name)).Select(a => a.Busy).OfType<string>().Take(ReturnRecord.Most)];
    }
}
