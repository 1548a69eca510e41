using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Api.Reports;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Server.Hosting;
using Kairship.Server.Problems;
using Kairship.Server.Reports;
using Kairship.Workflows.Activities;

namespace Kairship.Server.Failover.Drills;

/// <summary>
/// A drill on the real clusters: people agree first, then the cluster is held for lost (<see cref="DrillMarks"/>) while nothing is done to it, and this server's own failover moves its applications. Each step stands in the
/// activity's state, so that it goes on after a crash where it was.
/// </summary>
internal sealed class RealDrill(IDeliveryStore delivery, ClusterRegistry clusters, DrillMarks marks, ReportBook book, ServerOptions options, DrillPace pace, TimeProvider time)
{
    private const string Step = "step";
    private const string Watching = "watching";
    private const string Injected = "injected";
    private const string Seen = "seen";
    private const string ChangedAt = "changedAt";
    private static readonly TimeSpan AskedFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <returns>The finding, or what to wait for, or why it does not take place.</returns>
    public async Task<(DrillFinding? Finding, ActivityResult? Wait, string? Refused)> GoAsync(EffectContext context, DrillOrder order, CancellationToken cancellationToken)
    {
        var cluster = order.Cluster ?? throw new DrillRefusedException("A drill on real clusters names the cluster (input Cluster).");
        if (context.State[Step]?.GetValue<string>() == Watching)
        {
            return await WatchAsync(context, order, cluster, cancellationToken);
        }

        if (await clusters.GetAsync(cluster, cancellationToken) is null)
        {
            throw new DrillRefusedException($"No cluster named '{cluster}' has joined.");
        }

        var now = time.GetUtcNow();
        var id = $"apr-{order.Id}";
        if (await delivery.GetApprovalAsync(id, cancellationToken) is null)
        {
            // Its report ends with the workflow, whatever becomes of that, and the question with the report.
            await TellAsync(order, cluster, $"A drill on the real clusters waits until somebody else agrees: kairship approve {id}", now, cancellationToken);
        }

        var asked = await delivery.EnsureApprovalAsync(
            new Approval(id, order.Id, $"drill of {cluster}", Digest(order), order.By, 1, [], ApprovalStatus.Pending, now, now + AskedFor, []), cancellationToken);
        switch (ApprovalRules.Expire(asked, now).Status)
        {
            case ApprovalStatus.Pending:
                return (null, ActivityResult.Wait(LookAgain, new JsonObject()), null);
            case ApprovalStatus.Approved:
                break;
            default:
                return (null, null, $"Nobody agreed to a drill on the real clusters: approval {asked.Id} is {ApprovalRules.Expire(asked, now).Status}.");
        }

        // Told before it is done: a cluster that is held has a drill that people can find.
        await TellAsync(order, cluster, $"A drill on the real clusters is under way: {cluster} is held for lost.", now, cancellationToken);
        if (!await marks.PutAsync(new DrillMark(cluster, order.Id, context.InstanceId, now, now + order.Timeout + TimeSpan.FromMinutes(1)), cancellationToken))
        {
            throw new DrillRefusedException($"Another drill holds {cluster} for lost.");
        }

        return (null, ActivityResult.Wait(TimeSpan.FromSeconds(1), new JsonObject { [Step] = Watching, [Injected] = now, [ChangedAt] = now }), null);
    }

    private async Task<(DrillFinding? Finding, ActivityResult? Wait, string? Refused)> WatchAsync(EffectContext context, DrillOrder order, string cluster, CancellationToken cancellationToken)
    {
        var (now, injected, changedAt) = (time.GetUtcNow(), context.State[Injected]!.GetValue<DateTimeOffset>(), context.State[ChangedAt]!.GetValue<DateTimeOffset>());
        var report = await FindAsync(cluster, injected, cancellationToken);
        var seen = report?.Report.Updated.ToString("O");
        if (seen != context.State[Seen]?.GetValue<string>())
        {
            changedAt = now;
        }

        var holds = await marks.HoldsNowAsync(cluster, cancellationToken);

        // Other than on twins, people are there: what waits for them is given the drill's whole time.
        var isStill = report is not null && now - changedAt > pace.Still && !FailoverFollowing.IsUnderWay(report) && !FailoverFollowing.WaitsForPeople(report);
        if (report?.Report.IsOver != true && !isStill && now - injected < order.Timeout && holds)
        {
            return (null, ActivityResult.Wait(LookAgain, new JsonObject { [Step] = Watching, [Injected] = injected, [ChangedAt] = changedAt, [Seen] = seen }), null);
        }

        List<string> notes = [$"It was on the real clusters: {cluster} was held for lost and nothing was done to it. What it still runs is compared when it comes back, as after any loss."];
        if (!holds)
        {
            notes.Add($"{cluster} was let go before the end: its taint {DrillMark.Taint} was taken away.");
        }

        await marks.RemoveAsync(cluster, order.Id, cancellationToken);
        var loss = report is null ? null : DrillFinding.LossOf(JsonObject.Create(report.Document)!, injected, now);
        var finding = new DrillFinding(cluster, true, injected, now, loss, [.. loss?.Applications.Where(a => a.Times.Healthy is null).Select(a => a.Sentence) ?? []], notes);
        await book.FileAsync(finding.ToReport(order.Id, options.Health, null), cancellationToken);
        return (finding, null, null);
    }

    private Task TellAsync(DrillOrder order, string cluster, string sentence, DateTimeOffset now, CancellationToken cancellationToken) =>
        book.FileAsync(DrillFinding.Unfinished(order.Id, $"Drill: loss of {cluster}", sentence, now, now, isOver: false) with { Instance = order.Instance }, cancellationToken);

    private async Task<ReportDetail?> FindAsync(string cluster, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var listed = (await book.ListAsync(ReportKinds.Loss, new Paging(0, 20), cancellationToken)).Granted.Items.FirstOrDefault(r => r.Begun >= since && FailoverFollowing.IsOf(r, cluster));
        return listed is null ? null : (await book.GetAsync(listed.Id, cancellationToken)).Value;
    }

    private static string Digest(DrillOrder order) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new[] { order.Id, order.Cluster, order.By }))));
}
