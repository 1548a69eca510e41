using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Kairship.Server.Reports;

namespace Kairship.Server.Failover;

/// <summary>Tells how the loss of a cluster is being overcome, by what the failovers' stories say. The story of one that succeeded is read once, as long as its cluster's loss is told of.</summary>
internal sealed class LossReports(IDeliveryStore delivery, ReportBook book, TimeProvider time)
{
    private const string Planned = "Planned";
    private const string Approved = "Approved";
    private const string Applied = "Applied";
    private static readonly string[] Told = [Planned, Approved, Applied];
    private readonly ConcurrentDictionary<string, (long Loss, IReadOnlyDictionary<string, FailoverTimes> Succeeded)> told = new(StringComparer.Ordinal);

    /// <summary>How many stories are remembered.</summary>
    public int Remembered => told.Values.Sum(t => t.Succeeded.Count);

    /// <summary>Files the report where something in it has changed, other than that time went by.</summary>
    /// <param name="filed">What the last call gave; null: nothing was filed yet.</param>
    /// <param name="instance">Of the workflow that tells it.</param>
    public async Task<string> FileAsync(ClusterLossReport report, ClusterLoss loss, bool isOver, string? filed, string instance, CancellationToken cancellationToken)
    {
        var content = string.Join('\n', [
            isOver.ToString(), .. report.Applications.Select(a => $"{a.Outcome} {a.Times}"), .. report.NotMoved.Select(n => $"{n.Application} {n.Verdict} {n.Why} {n.Down?.Outcome} {n.Down?.Times}")]);
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16];
        if (mark != filed)
        {
            await book.FileAsync(
                new Report(IdOf(loss), ReportKinds.Loss, $"Loss of {loss.Cluster}", loss.At, time.GetUtcNow(), isOver, isOver ? report.IsMet : null, report.ToJson()) { Instance = instance },
                cancellationToken);
        }

        if (isOver)
        {
            told.TryRemove(loss.Cluster, out _);
        }

        return mark;
    }

    /// <param name="notMoved">Who stays while the loss lasts. When it is over, those stay told who were told of last: they were down until then.</param>
    public async Task<ClusterLossReport> WriteAsync(FailoverScene scene, ClusterLoss loss, IReadOnlyList<NotMoved> notMoved, CancellationToken cancellationToken)
    {
        var known = told.TryGetValue(loss.Cluster, out var before) && before.Loss == loss.Number ? before.Succeeded : new Dictionary<string, FailoverTimes>();
        var last = scene.Histories.Values.Select(h => (h.Application, Failovers: h.FailoversFrom(loss))).Where(l => l.Failovers.Count > 0).Select(l => (l.Application, Failover: l.Failovers[0])).ToList();
        var times = await TimesAsync([.. last.Select(l => l.Failover).Where(f => !known.ContainsKey(f.Id))], loss, cancellationToken);
        var moved = last.ConvertAll(l => (l.Failover, Report: RtoReport.Of(known.GetValueOrDefault(l.Failover.Id) ?? times[l.Failover.Id], l.Application.Failover.Rto, time.GetUtcNow())));
        told[loss.Cluster] = (loss.Number, moved.Where(m => m.Failover.Status == ReleaseStatus.Succeeded).ToDictionary(m => m.Failover.Id, m => m.Report.Times));
        var stayed = scene.Losses.GetValueOrDefault(loss.Cluster)?.Number == loss.Number
            ? notMoved.Select(n => n.IsFine ? n : n with { Down = DownOf(scene, loss, n.Application, null) })
            : await BackAsync(scene, loss, [.. last.Select(l => l.Failover)], cancellationToken);
        var staying = stayed.ToDictionary(s => s.Application);
        return ClusterLossReport.Of(
            loss.Cluster, loss.Number, [.. moved.Where(m => !IsVain(m.Failover) || !staying.ContainsKey(m.Failover.Application)).Select(m => m.Report)], staying.Values);
    }

    private static bool IsVain(Release failover) => failover.IsOver && failover.Status != ReleaseStatus.Succeeded;

    /// <summary>Who was down until the cluster was back: those that stayed, and those whose failover had not succeeded.</summary>
    private async Task<IEnumerable<NotMoved>> BackAsync(FailoverScene scene, ClusterLoss loss, IReadOnlyList<Release> failovers, CancellationToken cancellationToken)
    {
        var filed = (await book.GetAsync(IdOf(loss), cancellationToken)).Value is { Document: { ValueKind: JsonValueKind.Object } document } ? JsonObject.Create(document)! : [];
        var before = (filed["notMoved"] as JsonArray ?? []).OfType<JsonObject>().Select(n => NotMoved.Of(n, null, scene.At)).ToDictionary(n => n.Application);
        foreach (var vain in failovers.Where(f => IsVain(f) && !before.ContainsKey(f.Application)))
        {
            before[vain.Application] = new NotMoved(vain.Application, FailoverVerdict.Wait, $"{vain.Id} ended {vain.Status}: {vain.Reason}");
        }

        return before.Values.Where(n => !failovers.Any(f => f.Application == n.Application && !IsVain(f)))
            .Select(n => n.IsFine || n.IsBack ? n : n with { Down = DownOf(scene, loss, n.Application, scene.At) });
    }

    private static RtoReport DownOf(FailoverScene scene, ClusterLoss loss, string application, DateTimeOffset? back) => RtoReport.Of(
        new FailoverTimes(application, [loss.Cluster], loss.LastAnswer, loss.At, Healthy: back), scene.Histories.GetValueOrDefault(application)?.Application.Failover.Rto, scene.At);

    private static string IdOf(ClusterLoss loss) => $"loss-{loss.Cluster}-{loss.Number}";

    /// <summary>By the failovers' ids.</summary>
    private async Task<Dictionary<string, FailoverTimes>> TimesAsync(IReadOnlyList<Release> failovers, ClusterLoss loss, CancellationToken cancellationToken)
    {
        var stories = (await delivery.ListLastEventsAsync([.. failovers.Select(f => f.Id)], Told, cancellationToken)).ToLookup(e => e.ReleaseId);
        var clusters = (await delivery.ListReleaseClustersAsync([.. failovers.Where(f => f.Status != ReleaseStatus.Succeeded).Select(f => f.Id)], cancellationToken)).ToLookup(c => c.ReleaseId, c => c.Cluster);
        return failovers.ToDictionary(f => f.Id, f => TimesOf(f, loss, [.. stories[f.Id]], [.. clusters[f.Id]]));
    }

    private static FailoverTimes TimesOf(Release failover, ClusterLoss loss, IReadOnlyList<ReleaseEvent> story, IReadOnlyList<string> clusters)
    {
        DateTimeOffset? Last(string kind) => story.Where(e => e.Kind == kind).Max(e => (DateTimeOffset?)e.At);
        var healthy = failover.Status == ReleaseStatus.Succeeded ? failover.FinishedAt : null;

        // Written in every cluster that it goes to.
        var isApplied = healthy is not null || (clusters.Count > 0 && clusters.All(story.Where(e => e.Kind == Applied).Select(e => e.Cluster).ToHashSet().Contains));
        return new FailoverTimes(failover.Application, failover.Change!.Lost, loss.LastAnswer, loss.At, Last(Approved) ?? Last(Planned), isApplied ? Last(Applied) ?? healthy : null, healthy);
    }
}
