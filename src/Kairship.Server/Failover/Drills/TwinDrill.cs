using System.Text.Json.Nodes;
using Kairship.Api.Reports;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Server.Failover.Drills.Twins;
using Kairship.Server.Hosting;
using Kairship.Server.Problems;
using Kairship.Server.Reports;
using Kairship.Simulator;

namespace Kairship.Server.Failover.Drills;

/// <summary>One drill on twins: copies the fleet, lets a second Kairship run it, takes a cluster away, and looks on until nothing more happens.</summary>
internal sealed partial class TwinDrill(
    FleetReader reader, FailoverWorkflows workflows, DrillFolder folders, ServerOptions options, DrillPace pace, ReportBook book, TimeProvider time, ILogger<TwinDrill> logger)
{
    private const string ConfirmedHow = "taken as confirmed by the drill";

    /// <summary>Ends with everything that it began gone again, whatever happens. The report is filed.</summary>
    /// <exception cref="DrillRefusedException">It cannot be carried out.</exception>
    public async Task<DrillFinding> RunAsync(DrillOrder order, CancellationToken cancellationToken)
    {
        var copy = await reader.ReadAsync(cancellationToken);
        var cluster = ChooseCluster(order.Cluster, copy);
        var begun = time.GetUtcNow();
        var underWay = DrillFinding.Unfinished(order.Id, $"Drill: loss of {cluster}", $"A drill of the loss of {cluster} on twins is under way.", begun, begun, isOver: false);
        await book.FileAsync(underWay with { Instance = order.Instance }, cancellationToken);
        using var place = folders.Make(order.Id);
        await using var twins = await TwinFleet.StartAsync(copy.Clusters, cancellationToken);
        await using var server = await DrillServer.StartAsync(place.Path, options, await workflows.ReadAsync(cancellationToken), cancellationToken);
        await server.JoinAsync(twins, copy, cancellationToken);
        var failed = await new TwinAdoption(server, time).TakeOverAsync(copy, cancellationToken);
        var settled = copy with { Applications = [.. copy.Applications.Where(a => !failed.ContainsKey(a.Name))] };
        var unwell = await SettleAsync(twins, settled, cancellationToken);
        var finding = await LoseAsync(order, cluster, settled, twins, server, [.. copy.Notes, .. failed.Values.Order(StringComparer.Ordinal), .. unwell], cancellationToken);
        var size = new JsonObject
        {
            ["clusters"] = copy.Clusters.Count, ["nodes"] = copy.Clusters.Sum(c => c.Nodes.Count), ["applications"] = settled.Applications.Count, ["pods"] = TwinSight.Pods(twins),
        };
        await book.FileAsync(finding.ToReport(order.Id, options.Health, size), cancellationToken);
        Over(order.Id, finding.Sentence);
        return finding;
    }

    private static string ChooseCluster(string? asked, FleetCopy copy)
    {
        if (copy.Clusters.Count < 2)
        {
            throw new DrillRefusedException($"There are twins of {copy.Clusters.Count} cluster(s): a drill needs one to lose and one to go to. {string.Join(' ', copy.Notes)}".TrimEnd());
        }

        return asked is null
            ? copy.Clusters.OrderByDescending(c => copy.ReplicasIn(c.Name)).ThenBy(c => c.Name, StringComparer.Ordinal).First().Name
            : copy.Find(asked)?.Name
            ?? throw new DrillRefusedException($"There is no twin of '{asked}': {(copy.Notes.Count > 0 ? string.Join(' ', copy.Notes) : $"the clusters are {string.Join(", ", copy.Clusters.Select(c => c.Name))}.")}");
    }

    /// <summary>Until all runs as it should.</summary>
    /// <returns>What does not, as sentences.</returns>
    private async Task<IReadOnlyList<string>> SettleAsync(SimulatedFleet twins, FleetCopy copy, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var missing = copy.Applications.SelectMany(a => a.Plan.Targets.Where(t => copy.Find(t.Cluster) is not null)
                .SelectMany(t => TwinSight.Missing(twins[t.Cluster], a, t.Replicas))).ToList();
            if (missing.Count == 0 || time.GetElapsedTime(began) > pace.Settle)
            {
                return missing.ConvertAll(m => $"Before the loss already: {m}");
            }

            await Task.Delay(pace.Look, time, cancellationToken);
        }
    }

    private async Task<DrillFinding> LoseAsync(
        DrillOrder order, string cluster, FleetCopy copy, SimulatedFleet twins, DrillServer server, IReadOnlyList<string> notes, CancellationToken cancellationToken)
    {
        var there = copy.Applications.Where(a => a.Plan.Targets.Any(t => t.Cluster == cluster)).ToList();
        var injected = time.GetUtcNow();
        twins[cluster].Faults.Change(f => f with { Unreachable = true, Drop = true });
        Lost(order.Id, cluster, there.Count);
        var (report, isBrokenOff) = await FollowAsync(order, cluster, server, there.Count == 0, cancellationToken);
        var ended = time.GetUtcNow();
        var loss = report is null ? there.Count == 0 ? ClusterLossReport.Of(cluster, 0, [], []) : null
            : DrillFinding.LossOf(JsonObject.Create(report.Document)!, injected, ended);
        var late = isBrokenOff ? [$"The drill was broken off after {order.Timeout}: what was not healthy by then is counted as lost."] : Array.Empty<string>();
        return new DrillFinding(cluster, false, injected, ended, loss, await NotBackAsync(cluster, there, twins, server, loss, cancellationToken), [.. notes, .. late, .. there.SelectMany(a => a.Differences)]);
    }

    /// <summary>Until the failover is over, or what is left of it waits for somebody who does not come to a drill.</summary>
    private async Task<(ReportDetail? Report, bool IsBrokenOff)> FollowAsync(DrillOrder order, string cluster, DrillServer server, bool isEmpty, CancellationToken cancellationToken)
    {
        var (began, changed, seen) = (time.GetTimestamp(), time.GetTimestamp(), DateTimeOffset.MinValue);
        while (true)
        {
            var report = await FindAsync(server, cluster, cancellationToken);
            if (report is not null && report.Report.Updated != seen)
            {
                (seen, changed) = (report.Report.Updated, time.GetTimestamp());
            }

            if (report?.Report.IsOver == true || (report is not null && time.GetElapsedTime(changed) > pace.Still && !FailoverFollowing.IsUnderWay(report)))
            {
                return (report, false);
            }

            if (time.GetElapsedTime(began) > order.Timeout)
            {
                return (report, !isEmpty || report is not null);
            }

            await ConfirmAsync(server, cluster, report, cancellationToken);
            await Task.Delay(pace.Look, time, cancellationToken);
        }
    }

    private static async Task<ReportDetail?> FindAsync(DrillServer server, string cluster, CancellationToken cancellationToken)
    {
        var reports = server.Get<ReportBook>();
        var listed = (await reports.ListAsync(ReportKinds.Loss, new Paging(0, 1), cancellationToken)).Granted.Items;
        return listed is [var last] && FailoverFollowing.IsOf(last, cluster) ? (await reports.GetAsync(last.Id, cancellationToken)).Value : null;
    }

    /// <summary>Nobody stands beside a drill who could look after the cluster.</summary>
    private static async Task ConfirmAsync(DrillServer server, string cluster, ReportDetail? report, CancellationToken cancellationToken)
    {
        if (report is not null && FailoverFollowing.Stays(report).Contains(nameof(FailoverVerdict.Fence)))
        {
            await server.Get<FencingBook>().ConfirmAsync(cluster, "drill", ConfirmedHow, null, cancellationToken);
        }
    }

    /// <summary>By what runs in the twins, whatever the failover says of itself.</summary>
    private static async Task<IReadOnlyList<string>> NotBackAsync(
        string lost, IReadOnlyList<ApplicationCopy> there, SimulatedFleet twins, DrillServer server, ClusterLossReport? loss, CancellationToken cancellationToken)
    {
        var delivery = server.Get<IDeliveryStore>();
        var stays = loss?.NotMoved.ToDictionary(n => n.Application, n => n.Verdict) ?? [];
        var found = new List<string>();
        foreach (var application in there)
        {
            var (releases, _) = await delivery.ListReleasesAsync(application.Name, 0, 100, cancellationToken);
            var plan = await delivery.GetPlanAsync(releases.First(r => r.Status == ReleaseStatus.Succeeded).Id, cancellationToken);
            found.AddRange(plan!.Targets.Where(t => t.Cluster != lost).SelectMany(t => TwinSight.Missing(twins[t.Cluster], application, t.Replicas)));
            if (plan.Targets.FirstOrDefault(t => t.Cluster == lost) is { } still && stays.GetValueOrDefault(application.Name) is not FailoverVerdict.Nothing)
            {
                found.Add($"{application.Name}: {still.Replicas.Values.Sum()} replicas that were in {lost} run nowhere.");
            }
        }

        return found;
    }

    [LoggerMessage(LogLevel.Information, "Drill {Drill}: the twin of {Cluster} with {Applications} applications falls silent")]
    private partial void Lost(string drill, string cluster, int applications);

    [LoggerMessage(LogLevel.Information, "Drill {Drill} is over: {Sentence}")]
    private partial void Over(string drill, string sentence);
}
