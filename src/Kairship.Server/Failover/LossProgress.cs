using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover;

/// <summary>A failover that begins now.</summary>
/// <param name="DedupeKey">The same attempt is begun once, by whoever comes to it.</param>
internal sealed record FailoverStart(string Application, PlacementChange Change, string DedupeKey);

/// <summary>How far the applications of a lost cluster are, and what is to be done next. Pure.</summary>
/// <param name="Start">Failovers that begin now, in their order.</param>
/// <param name="Stop">Failovers that go to a cluster which is lost by now as well.</param>
/// <param name="IsOver">Nothing is under way any more and nothing will begin by itself while this loss lasts.</param>
/// <param name="NotMoved">Who stays, for now or for good.</param>
internal sealed record LossProgress(IReadOnlyList<FailoverStart> Start, IReadOnlyList<Release> Stop, bool IsOver, DateTimeOffset? LookAgainAt, IReadOnlyList<NotMoved> NotMoved)
{
    /// <summary>How often one application is moved away from the same loss: what fails in three places fails everywhere.</summary>
    public const int MostAttempts = 5;

    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(15);

    public static LossProgress Of(FailoverScene scene, ClusterLoss loss, Func<Release, IReadOnlyCollection<string>> targetsOf)
    {
        var lasts = scene.Losses.GetValueOrDefault(loss.Cluster)?.Number == loss.Number;
        var underWay = scene.Histories.Values.Select(h => h.Active).OfType<Release>().Where(r => r.Kind == ReleaseKind.Failover && r.Change!.Lost.Contains(loss.Cluster)).ToList();
        var stop = underWay.Where(r => IsOvertaken(r, scene, targetsOf)).ToList();
        var start = new List<FailoverStart>();
        var notMoved = new List<NotMoved>();
        var isOpen = underWay.Count > 0;
        DateTimeOffset? again = null;
        foreach (var item in lasts ? scene.Order.Items.Where(i => Concerns(i, scene, loss)) : [])
        {
            var (begins, stays, at, waits) = Judge(item, scene, loss, targetsOf);
            isOpen |= waits || begins is not null;
            again = at is { } time && (again is null || time < again) ? time : again;
            if (begins is not null)
            {
                start.Add(begins);
            }

            if (stays is not null)
            {
                notMoved.Add(stays);
            }
        }

        return new LossProgress(start, stop, !isOpen, again, notMoved);
    }

    private static bool Concerns(FailoverItem item, FailoverScene scene, ClusterLoss loss) =>
        scene.Histories.TryGetValue(item.Application, out var history) && history.Placement.Replicas.ContainsKey(loss.Cluster);

    /// <summary>It goes to where it would be lost again.</summary>
    private static bool IsOvertaken(Release failover, FailoverScene scene, Func<Release, IReadOnlyCollection<string>> targetsOf) =>
        targetsOf(failover).Any(c => scene.Losses.ContainsKey(c) && !failover.Change!.Lost.Contains(c));

    private static (FailoverStart? Begins, NotMoved? Stays, DateTimeOffset? At, bool Waits) Judge(
        FailoverItem item, FailoverScene scene, ClusterLoss loss, Func<Release, IReadOnlyCollection<string>> targetsOf)
    {
        var before = scene.Histories[item.Application].FailoversFrom(loss).Where(r => r.Change!.Lost.ToHashSet().SetEquals(item.From)).ToList();
        if (item.Verdict is not (FailoverVerdict.Go or FailoverVerdict.Ask))
        {
            // Who bears it for ever, or has nothing to move, will not be moved by itself.
            var waits = item.Verdict is not FailoverVerdict.Nothing && (item.Verdict != FailoverVerdict.Tolerate || item.At is not null);
            return (null, item.Verdict == FailoverVerdict.UnderWay ? null : new NotMoved(item.Application, item.Verdict, item.Sentence), item.At, waits);
        }

        if (before.FirstOrDefault() is { Status: ReleaseStatus.Rejected or ReleaseStatus.Aborted } ended && !IsOvertaken(ended, scene, targetsOf))
        {
            return (null, new NotMoved(item.Application, FailoverVerdict.Wait, $"{ended.Id} was stopped by people: {ended.Reason}"), null, false);
        }

        var failed = before.Count(r => r.Status is ReleaseStatus.Failed or ReleaseStatus.RolledBack);
        if (failed >= MostAttempts)
        {
            return (null, new NotMoved(item.Application, FailoverVerdict.Nowhere, $"{item.Application} was tried to be moved {failed} times, at last by {before[0].Id}: {before[0].Reason}"), null, false);
        }

        if (failed > 0 && before[0] is { FinishedAt: { } end } && end + Backoff * Math.Pow(2, failed - 1) is var next && next > scene.At)
        {
            return (null, new NotMoved(item.Application, FailoverVerdict.Wait, $"{before[0].Id} did not succeed: {before[0].Reason} It is tried again."), next, true);
        }

        var losses = string.Join(',', item.From.Select(c => $"{c}#{scene.Losses[c].Number}"));
        var change = item.ToChange() with
        {
            Asks = item.Verdict == FailoverVerdict.Ask ? item.Sentence : null,
            Totals = scene.Histories[item.Application].Stable.Change?.Totals ?? new Dictionary<string, int>(),
        };
        return (new FailoverStart(item.Application, change, $"failover:{item.Application}:{losses}:{before.Count + 1}"), null, null, true);
    }
}
