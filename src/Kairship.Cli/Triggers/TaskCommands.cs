using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Cli.Output;

namespace Kairship.Cli.Triggers;

internal static class TaskCommands
{
    public static Command Create() => new Command("tasks", "Tasks that workflows wait for: list, complete") { List(), Complete() }.WithExamples("kairship tasks list");

    private static Command List() => new Command("list", "Lists open tasks").WithExamples("kairship tasks list").Calls(async (result, client, ct) =>
    {
        var page = await client.ListTasksAsync(0, 1000, ct);
        return Printer.Print(
            result, page, page.Items, ["Task", "Name", "Workflow", "For", "Payload"], t => [t.Id, t.Name, t.DefinitionId, t.CorrelationId, t.Payload?.ToJsonString()]);
    });

    private static Command Complete()
    {
        var id = new Argument<string>("task");
        var data = new Option<string?>("--result") { Description = "The result as JSON" };
        return new Command("complete", "Says that a task is done; the first result counts") { id, data }
            .WithExamples("kairship tasks complete TASK --result '{\"ok\": true}'")
            .Calls(async (result, client, ct) =>
            {
                var done = await client.CompleteTaskAsync(result.GetRequiredValue(id), Json(result.GetValue(data)), ct);
                return Printer.Print(result, done, [done], ["Task", "Change"], d => [d.Id, d.Changed ? "completed" : "was completed before"]);
            });
    }

    private static JsonNode? Json(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text);
        }
        catch (JsonException e)
        {
            throw new CommandException($"--result is not JSON: {e.Message}", 2);
        }
    }
}
