using System.CommandLine;
using Kairship.Cli.Output;

namespace Kairship.Cli.Workflows;

internal static class WorkflowCommands
{
    public static Command Create() => new Command("workflows", "Workflow definitions: list, push, show, run, validate, import, export, versions, diff, publish, retract, revert")
        { List(), Push(), Show(), RunCommand.Create(), VersionCommands.Validate(), VersionCommands.Import(), VersionCommands.Export(), VersionCommands.Versions(), VersionCommands.Diff(), VersionCommands.Publish(), VersionCommands.Retract(), VersionCommands.Revert() }
        .WithExamples("kairship workflows list");

    private static Command List() => new Command("list", "Lists the latest version of every definition").WithExamples("kairship workflows list").Calls(async (result, client, ct) =>
    {
        var page = await client.ListWorkflowsAsync(0, 1000, ct);
        return Printer.Print(
            result, page, page.Items, ["Workflow", "Version", "Published", "Name", "Created"],
            w => [w.DefinitionId, w.Version.ToString(), w.IsPublished ? "yes" : "no", w.Name, Printer.Ago(w.CreatedAt)]);
    });

    private static Command Push()
    {
        var file = new Argument<string>("file") { Description = "A definition in Elsa 3 JSON ('-': standard input)" };
        return new Command("push", "Checks and publishes a definition. Releases under way go on with the version they began with.") { file }
            .WithExamples("kairship workflows push my-canary.json")
            .Calls(async (result, client, ct) =>
            {
                var imported = await client.PushWorkflowAsync(await Sources.ReadAsync(result.GetRequiredValue(file), ct), ct);
                foreach (var warning in imported.Warnings)
                {
                    Console.Error.WriteLine($"warning: {warning.Path}: {warning.Message}");
                }

                return Printer.Print(
                    result, imported, [imported], ["Workflow", "Version", "Change"],
                    i => [i.Workflow.DefinitionId, i.Workflow.Version.ToString(), i.Changed ? "new version" : "unchanged"]);
            });
    }

    private static Command Show()
    {
        var name = new Argument<string>("workflow");
        var version = new Option<int?>("--version") { Description = "Which version [default: the latest]" };
        return new Command("show", "Prints a definition as Elsa 3 JSON") { name, version }.WithExamples("kairship workflows show canary > my-canary.json").Calls(async (result, client, ct) =>
        {
            Console.Out.WriteLine(await client.GetWorkflowAsync(result.GetRequiredValue(name), result.GetValue(version), ct));
            return 0;
        });
    }
}
