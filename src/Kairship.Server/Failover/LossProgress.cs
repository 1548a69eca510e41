using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover;

/// <summary>A failover that begins now.</summary>
/// <param name="DedupeKey">The same attempt is begun once, by whoever comes to it.</param>
internal sealed record FailoverStart(string Application, PlacementChange Change, string DedupeKey);

/// <summary>How far the applications of a lost cluster are, and what is to be done next. Pure.</summary>
/// <param name="Start">Failovers that begin now, in their order.</param>
/// <param name="Stop">Failovers that are not to go on, with the reason.</param>
/// <param name="IsOver">Nothing is under way any more and nothing will begin by itself while this loss lasts.</param>
/// <param name="NotMoved">Who stays, for now or for good.</param>
internal sealed record LossProgress(IReadOnlyList<FailoverStart> Start, IReadOnlyList<(Release Failover, string Why)> Stop, bool IsOver, DateTimeOffset? LookAgainAt, IReadOnlyList<NotMoved> NotMoved)
{
    /// <summary>How often one application is moved away from the same loss: what fails in three places fails everywhere.</summary>
    public const int MostAttempts = 5;

    /// <summary>Who stops failovers, as their reason tells: those that people stop are not begun again.</summary>
    public const string By = "the failover";

    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(15);

    public static LossProgress Of(FailoverScene scene, ClusterLoss loss, Func<Release, IReadOnlyCollection<string>> targetsOf)
    {
        var lasts = scene.Losses.GetValueOrDefault(loss.Cluster)?.Number == loss.Number;
        var underWay = scene.Histories.Values.Select(h => h.Active).OfType<Release>().Where(r => r.Kind == ReleaseKind.Failover && r.Change!.Lost.Contains(loss.Cluster)).ToList();
        var stop = underWay.Select(r => (r, Why: WhyStop(r, scene, targetsOf))).Where(s => s.Why is not null).Select(s => (s.r, s.Why!)).ToList();
        var start = new List<FailoverStart>();
        var notMoved = new List<NotMoved>();
        var isOpen = underWay.Count > 0;
        DateTimeOffset? again = null;
        foreach (var item in lasts ? scene.Order.Items.Where(i => i.Touched.Contains(loss.Cluster)) : [])
        {
            var (begins, stays, at, waits) = Judge(item, scene, loss);
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

    private static string? WhyStop(Release failover, FailoverScene scene, Func<Release, IReadOnlyCollection<string>> targetsOf)
    {
        if (scene.BrakeHolds)
        {
            return null;
        }

        if (targetsOf(failover).FirstOrDefault(c => scene.Losses.ContainsKey(c) && !failover.Change!.Lost.Contains(c)) is { } overtaken)
        {
            return $"{overtaken}, where it goes to, is lost as well";
        }

        if (failover.Status is not (ReleaseStatus.Pending or ReleaseStatus.AwaitingApproval))
        {
            return null;
        }

        // Nothing is written yet: who agrees afterwards would move it away from where it is well, or have it run twice.
        return failover.Change!.Losses.FirstOrDefault(l => scene.Losses.GetValueOrDefault(l.Key)?.Number != l.Value).Key is { } back
            ? $"{back} is not lost any more, or anew"
            : scene.Order.Items.FirstOrDefault(i => i.Application == failover.Application)?.Unfenced;
    }

    private static bool IsOurs(Release ended) => ended.Status == ReleaseStatus.Aborted && ended.Reason?.StartsWith($"Aborted by {By}:", StringComparison.Ordinal) == true;

    private static (FailoverStart? Begins, NotMoved? Stays, DateTimeOffset? At, bool Waits) Judge(FailoverItem item, FailoverScene scene, ClusterLoss loss)
    {
        var before = scene.Histories[item.Application].FailoversFrom(loss).Where(r => r.Change!.Lost.ToHashSet().SetEquals(item.From)).ToList();
        if (item.Verdict is not (FailoverVerdict.Go or FailoverVerdict.Ask))
        {
            // Who bears it for ever, or has nothing to move, will not be moved by itself.
            var waits = item.Verdict is not FailoverVerdict.Nothing && (item.Verdict != FailoverVerdict.Tolerate || item.At is not null);
            return (null, item.Verdict == FailoverVerdict.UnderWay ? null : new NotMoved(item.Application, item.Verdict, item.Sentence), item.At, waits);
        }

        if (before.FirstOrDefault() is { Status: ReleaseStatus.Rejected or ReleaseStatus.Aborted } ended && !IsOurs(ended))
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

        var losses = item.From.ToDictionary(c => c, c => scene.Losses[c].Number);
        var change = item.ToChange() with
        {
            Asks = item.Verdict == FailoverVerdict.Ask ? item.Sentence : null,
            Losses = losses,
        };
        return (new FailoverStart(item.Application, change, $"failover:{item.Application}:{string.Join(',', losses.Select(l => $"{l.Key}#{l.Value}"))}:{before.Count + 1}"), null, null, true);
    }
}
