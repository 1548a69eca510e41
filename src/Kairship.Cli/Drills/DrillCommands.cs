using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Kairship.Cli.Reports;
using Kairship.Cli.Workflows;

namespace Kairship.Cli.Drills;

/// <summary>Drills of a disaster: the workflow dr-drill.</summary>
internal static class DrillCommands
{
    private const string Workflow = "dr-drill";
    private const string Activity = "Kairship.RunDrill";
    private const int JournalRead = 500;

    /// <summary>What the activity takes.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    public static Command Create() => new Command("drill", "Drills of a disaster: lose a cluster on purpose, on twins, and see how long it takes") { RunDrill() }
        .WithExamples("kairship drill run --cluster east --wait", "kairship report list --kind drill");

    private static Command RunDrill()
    {
        var cluster = new Option<string?>("--cluster") { Description = "The cluster to lose [default: the one with the most replicas]" };
        var real = new Option<bool>("--real") { Description = "On the real clusters: somebody else approves first ('kairship approvals'), then applications move" };
        var timeout = Durations.Option("--timeout", "From the loss to the end, such as 10m or 00:10:00 [default: 15m]", Shortest, Longest);
        var wait = new Option<bool>("--wait") { Description = "Wait for the report and show it; ends with 5 when an objective was missed or the drill was not carried out" };
        var command = new Command("run", "Runs a drill on simulated twins of the fleet, which touches nothing real, and files a report") { cluster, real, timeout, wait };
        command.Validators.Add(given =>
        {
            if (given.GetValue(real) && string.IsNullOrEmpty(given.GetValue(cluster)))
            {
                given.AddError("A drill on the real clusters names the cluster: --cluster NAME");
            }
        });
        return command.WithExamples("kairship drill run --cluster east --wait", "kairship drill run", "kairship drill run --cluster east --real").Calls(async (result, client, ct) =>
            {
                if (result.GetValue(cluster) is { Length: > 0 } named)
                {
                    // A drill of what does not exist would begin, and fault a moment later.
                    await client.GetClusterAsync(named, ct);
                }

                var inputs = new JsonObject { ["Cluster"] = result.GetValue(cluster), ["Real"] = result.GetValue(real), ["Timeout"] = result.GetValue(timeout)?.ToString("c") };
                var started = await client.RunWorkflowAsync(Workflow, new RunWorkflowRequest(JsonSerializer.SerializeToElement(inputs), null, null, null), cancellationToken: ct);
                if (!result.GetValue(wait))
                {
                    InstanceCommands.Print(result, started, [started]);
                    return 0;
                }

                var ended = await RunCommand.EndAsync(client, started, ct);
                return await ShowAsync(result, client, ended, ct);
            });
    }

    private static async Task<int> ShowAsync(ParseResult result, KairshipClient client, InstanceInfo ended, CancellationToken cancellationToken)
    {
        if (await ReportOfAsync(client, ended.Id, cancellationToken) is not { } id)
        {
            throw new CommandException($"instance {ended.Id} is {ended.Status} and filed no report; 'kairship instances show {ended.Id}' tells why", ExitCodes.Failed);
        }

        var report = await client.GetReportAsync(id, cancellationToken);
        _ = GlobalOptions.FormatOf(result) != OutputFormat.Table ? Printer.PrintWhole(result, report) : ReportView.Show(result, report);
        return report.Report.IsMet == true ? 0 : ExitCodes.Failed;
    }

    private static async Task<string?> ReportOfAsync(KairshipClient client, string instance, CancellationToken cancellationToken)
    {
        var journal = await client.GetJournalAsync(instance, 0, JournalRead, cancellationToken);
        return journal.Items.Where(l => l.ActivityType == Activity && l.Data is { ValueKind: JsonValueKind.Object }).Select(l => l.Data!.Value)
            .Where(d => d.TryGetProperty("report", out var report) && report.ValueKind == JsonValueKind.String).Select(d => d.GetProperty("report").GetString()).LastOrDefault();
    }
}
