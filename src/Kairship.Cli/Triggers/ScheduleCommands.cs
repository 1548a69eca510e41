using System.CommandLine;
using Kairship.Cli.Output;

namespace Kairship.Cli.Triggers;

internal static class ScheduleCommands
{
    public static Command Create() => new Command("schedules", "Schedules that start workflows: list") { List() }.WithExamples("kairship schedules list");

    private static Command List() => new Command("list", "Lists schedules with their next fire times").WithExamples("kairship schedules list").Calls(async (result, client, ct) =>
    {
        var page = await client.ListSchedulesAsync(0, 1000, ct);
        return Printer.Print(
            result, page, page.Items, ["Workflow", "Activity", "Schedule", "Next", "Last"],
            s => [s.DefinitionId, s.ActivityId, s.Schedule, s.NextFireAt?.UtcDateTime.ToString("u"), s.LastFiredAt?.UtcDateTime.ToString("u")]);
    });
}
