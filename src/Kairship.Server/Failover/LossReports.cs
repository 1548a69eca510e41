using System.Security.Cryptography;
using System.Text;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Kairship.Server.Reports;

namespace Kairship.Server.Failover;

/// <summary>Tells how the loss of a cluster is being overcome, by what the failovers' stories say.</summary>
internal sealed class LossReports(IDeliveryStore delivery, ReportBook book, TimeProvider time)
{
    private const int MostEvents = 1000;

    /// <summary>Files the report where something in it has changed, other than that time went by.</summary>
    /// <param name="filed">What the last call gave; null: nothing was filed yet.</param>
    public async Task<string> FileAsync(ClusterLossReport report, ClusterLoss loss, bool isOver, string? filed, CancellationToken cancellationToken)
    {
        var content = string.Join('\n', [isOver.ToString(), .. report.Applications.Select(a => $"{a.Outcome} {a.Times}"), .. report.NotMoved.Select(n => n.ToString())]);
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16];
        if (mark != filed)
        {
            var id = $"loss-{loss.Cluster}-{loss.Number}";
            await book.FileAsync(
                new Report(id, ReportKinds.Loss, $"Loss of {loss.Cluster}", loss.At, time.GetUtcNow(), isOver, isOver ? report.IsMet : null, report.ToJson()), cancellationToken);
        }

        return mark;
    }

    public async Task<ClusterLossReport> WriteAsync(FailoverScene scene, ClusterLoss loss, IReadOnlyList<NotMoved> notMoved, CancellationToken cancellationToken)
    {
        var moved = new List<RtoReport>();
        foreach (var history in scene.Histories.Values)
        {
            if (history.FailoversFrom(loss) is [var last, ..])
            {
                moved.Add(RtoReport.Of(await TimesAsync(last, loss, cancellationToken), history.Application.Failover.Rto, time.GetUtcNow()));
            }
        }

        return ClusterLossReport.Of(loss.Cluster, loss.Number, moved, notMoved);
    }

    private async Task<FailoverTimes> TimesAsync(Release failover, ClusterLoss loss, CancellationToken cancellationToken)
    {
        var story = await delivery.ListReleaseEventsAsync(failover.Id, MostEvents, cancellationToken);
        DateTimeOffset? Last(string kind) => story.Where(e => e.Kind == kind).Max(e => (DateTimeOffset?)e.At);
        var healthy = failover.Status == ReleaseStatus.Succeeded ? failover.FinishedAt : null;
        var applied = healthy is null && !await IsAppliedAsync(failover, story, cancellationToken) ? null : Last("Applied") ?? healthy;
        return new FailoverTimes(failover.Application, failover.Change!.Lost, loss.LastAnswer, loss.At, Last("Approved") ?? Last("Planned"), applied, healthy);
    }

    /// <summary>Written in every cluster that it goes to.</summary>
    private async Task<bool> IsAppliedAsync(Release failover, IReadOnlyList<ReleaseEvent> story, CancellationToken cancellationToken)
    {
        var applied = story.Where(e => e.Kind == "Applied").Select(e => e.Cluster).ToHashSet();
        var clusters = await delivery.ListReleaseClustersAsync(failover.Id, cancellationToken);
        return clusters.Count > 0 && clusters.All(c => applied.Contains(c.Cluster));
    }
}
