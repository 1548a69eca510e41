using System.Collections.Concurrent;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Server.Failover.Drills;

namespace Kairship.Server.Clusters;

/// <summary>
/// How the clusters are. This node keeps the book of those that it looks at; what changed about their readiness is committed under its number before anybody hears of it,
/// and what other nodes wrote is read from the store.
/// </summary>
internal sealed partial class ClusterHealthBook(
    ClusterProbe probe, IClusterHealthStore store, IClusterStore clusters, HealthOptions options, DrillMarks drills, TimeProvider time, ILogger<ClusterHealthBook> logger) : IFleetSights
{
    private static readonly ConditionReading HeldForLost = new(ClusterCondition.Ready, ConditionStatus.Unknown, "Drill", "a drill holds it for lost; nothing was done to it");

    private readonly ConcurrentDictionary<string, ClusterPage> pages = new();

    /// <summary>Raised after a change of readiness was committed. Must be quick.</summary>
    public event EventHandler? Changed;

    /// <summary>Raised when a cluster that counts as ready was not found so for the first time. Must be quick.</summary>
    public event EventHandler? Suspected;

    /// <summary>Of the clusters that this node looks at.</summary>
    public IReadOnlyCollection<ClusterReport> Own => [.. pages.Values.Select(p => p.Report).OfType<ClusterReport>()];

    /// <summary>Looks at a cluster now. True: it should be looked at again soon.</summary>
    /// <exception cref="UnknownClusterException">It was removed.</exception>
    public async Task<bool> LookAsync(string cluster, CancellationToken cancellationToken)
    {
        var page = await PageAsync(cluster, cancellationToken);
        using var turn = await page.EnterAsync(cancellationToken);
        var seen = await probe.LookAsync(cluster, options, cancellationToken);
        seen = drills.Holds(cluster) ? seen with { Ready = HeldForLost } : seen;
        var first = !page.State.IsSuspected;
        await WriteAsync(page, seen, cancellationToken);
        if (first && page.State.IsSuspected)
        {
            Suspected?.Invoke(this, EventArgs.Empty);
        }

        return page.State.IsSuspected;
    }

    public bool IsSuspected(string cluster) => pages.TryGetValue(cluster, out var page) && page.State.IsSuspected;

    /// <summary>Says once for each interval, of a cluster that is ready, that its nodes and pods are to be counted.</summary>
    public bool IsCountDue(string cluster) =>
        pages.TryGetValue(cluster, out var page) && page.State is { IsSuspected: false, Condition.Status: ConditionStatus.True } && page.IsThoroughDue(time.GetUtcNow(), options);

    /// <summary>Counts nodes and pods and looks at the rights. Looks go on meanwhile.</summary>
    /// <exception cref="UnknownClusterException">It was removed.</exception>
    public async Task CountAsync(string cluster, CancellationToken cancellationToken)
    {
        var page = await PageAsync(cluster, cancellationToken);
        var counted = await probe.CountAsync(cluster, cancellationToken);
        using var turn = await page.EnterAsync(cancellationToken);
        page.Take(counted);
    }

    /// <summary>A cluster has joined, which means that it was reached just now.</summary>
    public async Task JoinedAsync(string cluster, string version, CancellationToken cancellationToken)
    {
        var page = await PageAsync(cluster, cancellationToken);
        using var turn = await page.EnterAsync(cancellationToken);
        var ready = new ConditionReading(ClusterCondition.Ready, ConditionStatus.True, "Ready", "");
        await WriteAsync(page, new ClusterObservation(cluster, ready, version, TimeSpan.Zero, time.GetUtcNow(), [], null), cancellationToken);
    }

    public async Task<ClusterReport?> FindAsync(string cluster, CancellationToken cancellationToken) =>
        (pages.TryGetValue(cluster, out var page) ? page.Report : null) ?? await store.GetAsync(cluster, cancellationToken);

    public async Task<IReadOnlyDictionary<string, ClusterReport>> AllAsync(CancellationToken cancellationToken)
    {
        var all = (await store.ListAsync(cancellationToken)).ToDictionary(r => r.Cluster, StringComparer.Ordinal);
        foreach (var own in Own)
        {
            all[own.Cluster] = own;
        }

        return all;
    }

    async Task<IReadOnlyList<ClusterSight>> IFleetSights.ReadAsync(CancellationToken cancellationToken) =>
        [.. (await AllAsync(cancellationToken)).Values.Select(ClusterTaints.SightOf).OfType<ClusterSight>()];

    public Task<IReadOnlyList<ClusterTransition>> HistoryAsync(string cluster, int take, CancellationToken cancellationToken) =>
        store.HistoryAsync(cluster, take, cancellationToken);

    /// <summary>Keeps what changed since the last time, all in one transaction.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        var changed = pages.Values.Where(p => p.IsUnsaved).ToList();
        var reports = changed.Select(p => p.TakeUnsaved()).OfType<ClusterReport>().ToList();
        await store.SaveAsync(reports, cancellationToken);
    }

    /// <summary>This node no longer looks at it: what is known here grows old.</summary>
    public void Drop(string cluster) => pages.TryRemove(cluster, out _);

    /// <summary>Only the pages of these are this node's.</summary>
    public void KeepOnly(IReadOnlySet<string> mine)
    {
        foreach (var other in pages.Keys.Where(k => !mine.Contains(k)).ToList())
        {
            Drop(other);
        }
    }

    public async Task ForgetAsync(string cluster, CancellationToken cancellationToken)
    {
        Drop(cluster);
        await store.ForgetAsync(cluster, cancellationToken);
    }

    private async Task<ClusterPage> PageAsync(string cluster, CancellationToken cancellationToken)
    {
        if (pages.TryGetValue(cluster, out var known))
        {
            return known;
        }

        var record = await clusters.GetAsync(cluster, cancellationToken) ?? throw new UnknownClusterException(cluster);
        var last = await store.GetAsync(cluster, cancellationToken);
        var number = last?.Transition ?? ((await store.HistoryAsync(cluster, 1, cancellationToken)) is [var latest, ..] ? latest.Number : 0);
        return pages.GetOrAdd(cluster, new ClusterPage(record.JoinedAt, last, number));
    }

    private async Task WriteAsync(ClusterPage page, ClusterObservation seen, CancellationToken cancellationToken)
    {
        var before = page.State;
        var next = ReadyRule.Next(before, seen.Ready, seen.At, options, seen.Began);
        if (before.Condition?.Status == next.Condition!.Status)
        {
            page.Take(next, page.ReportOf(next, seen, page.Transition), isSaved: false);
            if (before.IsSuspected != next.IsSuspected && page.TakeUnsaved() is { } told)
            {
                // Other nodes decide by it, too.
                await store.SaveAsync([told], cancellationToken);
            }

            return;
        }

        var change = new ClusterTransition(
            seen.Cluster, page.Transition + 1, before.Condition?.Status, next.Condition.Status, next.Condition.Reason, next.Condition.Message, next.Condition.LastTransition);
        var report = page.ReportOf(next, seen, change.Number);

        // The first thing that is known of a cluster is no change, and of one that is only starting nobody wants to hear.
        var silent = change.From is null || !before.HasAnswered;
        if (!await store.CommitAsync(change, report, silent, cancellationToken))
        {
            Overtaken(seen.Cluster, change.Number);
            Drop(seen.Cluster);
            return;
        }

        page.Take(next, report, isSaved: true);
        IsNow(seen.Cluster, change.To, change.Reason, change.Message, change.Number);
        if (!silent)
        {
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }

    [LoggerMessage(LogLevel.Information, "Cluster {Cluster}: ready {Ready} ({Reason}) {Message}; transition {Number}")]
    private partial void IsNow(string cluster, ConditionStatus ready, string reason, string message, long number);

    [LoggerMessage(LogLevel.Information, "Cluster {Cluster}: another node wrote transition {Number}; its book is read again")]
    private partial void Overtaken(string cluster, long number);
}
