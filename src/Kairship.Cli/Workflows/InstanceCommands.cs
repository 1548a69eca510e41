using System.CommandLine;
using Kairship.Api.Workflows;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Spectre.Console;

namespace Kairship.Cli.Workflows;

internal static class InstanceCommands
{
    public static Command Create() => new Command("instances", "Workflow instances: list, show, cancel, pause, resume, retry, skip, set-variable, migrate")
        {
            List(), Show(), Cancel(), InstanceOperationCommands.Pause(), InstanceOperationCommands.Resume(), InstanceOperationCommands.Retry(),
            InstanceOperationCommands.Skip(), InstanceOperationCommands.SetVariable(), VersionCommands.Migrate(),
        }
        .WithExamples("kairship instances list --status Faulted");

    private static Command List()
    {
        var workflow = new Option<string?>("--workflow") { Description = "Only of this workflow" };
        var status = new Option<string?>("--status") { Description = "Only with this status: Pending, Executing, Suspended, Paused, Finished, Cancelled, Faulted" };
        return new Command("list", "Lists instances, newest first") { workflow, status }.WithExamples("kairship instances list --workflow canary").Calls(async (result, client, ct) =>
        {
            var page = await client.ListInstancesAsync(result.GetValue(workflow), null, result.GetValue(status), 0, 100, ct);
            return Print(result, page, page.Items);
        });
    }

    private static Command Show()
    {
        var id = new Argument<string>("instance");
        return new Command("show", "Shows an instance with its journal") { id }.WithExamples("kairship instances show INSTANCE -o json").Calls(async (result, client, ct) =>
        {
            var detail = await client.GetInstanceAsync(result.GetRequiredValue(id), ct);
            if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
            {
                return Printer.PrintWhole(result, detail);
            }

            Print(result, detail, [detail.Instance]);
            AnsiConsole.WriteLine();
            return Printer.Print(
                result, detail, detail.Journal.Items, ["At", "Activity", "Type", "Event", "Message"],
                l => [l.At.ToString("HH:mm:ss.fff"), l.ActivityId, l.ActivityType, l.Event, l.Message]);
        });
    }

    private static Command Cancel()
    {
        var id = new Argument<string>("instance");
        return new Command("cancel", "Cancels an instance; what completed and names a compensation is undone (for a release, use abort)") { id }.WithExamples("kairship instances cancel INSTANCE").Calls(async (result, client, ct) =>
        {
            var answer = await client.CancelInstanceAsync(result.GetRequiredValue(id), ct);
            return Print(result, answer, [answer]);
        });
    }

    public static int Print(ParseResult result, object whole, IEnumerable<InstanceInfo> instances) => Printer.Print(
        result, whole, instances, ["Instance", "Workflow", "Version", "For", "Status", "Incidents", "Created"],
        i => [i.Id, i.DefinitionId, i.DefinitionVersion.ToString(), i.CorrelationId, i.QuarantineReason is null ? i.Status : "Quarantined", i.IncidentCount.ToString(), Printer.Ago(i.CreatedAt)]);
}
