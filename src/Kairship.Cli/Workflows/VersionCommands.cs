using System.CommandLine;
using Kairship.Api.Workflows;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Workflows;

/// <summary>Versions of definitions, and instances that change theirs.</summary>
internal static class VersionCommands
{
    public static Command Validate()
    {
        var file = new Argument<string>("file") { Description = "A definition in Elsa 3 JSON ('-': standard input)" };
        return new Command("validate", "Checks a definition without saving it; ends with 1 when it could not be published") { file }
            .WithExamples("kairship workflows validate my-canary.json")
            .Calls(async (result, client, ct) =>
            {
                var check = await client.ValidateWorkflowAsync(await Sources.ReadAsync(result.GetRequiredValue(file), ct), ct);
                Printer.Print(
                    result, check, check.Problems, ["Severity", "Code", "Activity", "Property", "Message"],
                    p => [p.Severity, p.Code, p.ActivityId, p.Property, p.Message]);
                return check.Valid ? 0 : 1;
            });
    }

    public static Command Export()
    {
        var names = new Argument<string[]>("workflows") { Description = "Which ones [default: all]", Arity = ArgumentArity.ZeroOrMore };
        var to = new Option<string>("--to") { Description = "The zip to write", DefaultValueFactory = _ => "workflow-definitions.zip" };
        return new Command("export", "Writes the latest versions into a zip of Elsa 3 JSON") { names, to }.WithExamples("kairship workflows export canary deploy --to backup.zip")
            .Calls(async (result, client, ct) =>
            {
                await File.WriteAllBytesAsync(result.GetRequiredValue(to), await client.ExportWorkflowsAsync(result.GetValue(names) ?? [], ct), ct);
                return 0;
            });
    }

    public static Command Import()
    {
        var file = new Argument<string>("file") { Description = "A zip of definitions, or a JSON array of them" };
        return new Command("import", "Publishes all definitions of a zip or a JSON array; ends with 1 when one was refused") { file }
            .WithExamples("kairship workflows import backup.zip")
            .Calls(async (result, client, ct) =>
            {
                var path = result.GetRequiredValue(file);
                var bytes = File.Exists(path) ? await File.ReadAllBytesAsync(path, ct) : throw new CommandException($"there is no file '{path}'", 2);
                var page = await client.ImportWorkflowsAsync(bytes, ct);
                Printer.Print(
                    result, page, page.Items, ["Entry", "Workflow", "Version", "Change", "Problem"],
                    e => [e.Name, e.Workflow?.DefinitionId, e.Workflow?.Version.ToString(), e.Workflow is null ? "refused" : e.Changed ? "new version" : "unchanged",
                        e.Workflow is null && e.Problems is [var first, ..] ? first.Message : null]);
                return page.Items.Count == 0 ? throw new CommandException($"'{path}' has no definitions: it must be a zip of them, or a JSON array", 2)
                    : page.Items.All(e => e.Workflow is not null) ? 0 : 1;
            });
    }

    public static Command Versions()
    {
        var name = new Argument<string>("workflow");
        return new Command("versions", "Lists the versions of a definition, newest first") { name }.WithExamples("kairship workflows versions canary").Calls(async (result, client, ct) =>
        {
            var page = await client.ListWorkflowVersionsAsync(result.GetRequiredValue(name), 0, 1000, ct);
            return Printer.Print(
                result, page, page.Items, ["Version", "Latest", "Published", "Content", "Created"],
                w => [w.Version.ToString(), w.IsLatest ? "yes" : "no", w.IsPublished ? "yes" : "no", w.ContentHash[..12], Printer.Ago(w.CreatedAt)]);
        });
    }

    public static Command Diff()
    {
        var name = new Argument<string>("workflow");
        var from = new Option<int?>("--from") { Description = "The version to compare with [default: the published one, or the one before]" };
        var to = new Option<int?>("--to") { Description = "The version that is looked at [default: the latest]" };
        return new Command("diff", "Says what one version changes of another: activities, connections, variables, by name") { name, from, to }
            .WithExamples("kairship workflows diff canary", "kairship workflows diff canary --from 2 --to 5")
            .Calls(async (result, client, ct) =>
            {
                var difference = await client.DiffWorkflowAsync(result.GetRequiredValue(name), result.GetValue(from), result.GetValue(to), ct);
                return Printer.Print(result, difference, Lines(difference), ["Change", "What", "Name", "Detail"], line => [line.Change, line.What, line.Name, line.Detail]);
            });
    }

    public static Command Publish()
    {
        var name = new Argument<string>("workflow");
        return new Command("publish", "Publishes the latest version. What runs goes on with the version it began with.") { name }.WithExamples("kairship workflows publish canary")
            .Calls(async (result, client, ct) => Print(result, await client.PublishWorkflowAsync(result.GetRequiredValue(name), ct)));
    }

    public static Command Retract()
    {
        var name = new Argument<string>("workflow");
        return new Command("retract", "Takes the published mark away: nothing starts by it any more") { name }.WithExamples("kairship workflows retract canary")
            .Calls(async (result, client, ct) => Print(result, await client.RetractWorkflowAsync(result.GetRequiredValue(name), ct)));
    }

    public static Command Revert()
    {
        var name = new Argument<string>("workflow");
        var version = new Option<int>("--to") { Description = "The version whose content comes back", Required = true };
        return new Command("revert", "Makes a new draft with the content of an older version") { name, version }.WithExamples("kairship workflows revert canary --to 3")
            .Calls(async (result, client, ct) => Print(result, await client.RevertWorkflowAsync(result.GetRequiredValue(name), result.GetValue(version), ct)));
    }

    public static Command Migrate()
    {
        var id = new Argument<string>("instance");
        var version = new Option<int>("--to") { Description = "The version to go to", Required = true };
        var map = new Option<string[]>("--map") { Description = "An activity that has another id there, as OLD=NEW; may be repeated" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done" };
        return new Command("migrate", "Takes an instance to another version of its definition; nothing that completed runs again") { id, version, map, dryRun }
            .WithExamples("kairship instances migrate INSTANCE --to 4 --dry-run", "kairship instances migrate INSTANCE --to 4 --map gate=approval")
            .Calls(async (result, client, ct) =>
            {
                var pairs = (result.GetValue(map) ?? []).Select(m => m.Split('=', 2)).ToArray();
                if (pairs.FirstOrDefault(p => p.Length != 2) is { } wrong)
                {
                    Console.Error.WriteLine($"--map is OLD=NEW, not '{wrong[0]}'.");
                    return 2;
                }

                var activities = pairs.Length == 0 ? null : pairs.DistinctBy(p => p[0]).ToDictionary(p => p[0], p => p[1]);
                var info = await client.MigrateInstanceAsync(result.GetRequiredValue(id), new MigrateRequest(result.GetValue(version), activities), result.GetValue(dryRun), ct);
                foreach (var line in info.Problems.Select(p => $"{p.Path}: {p.Message}").Concat(info.Notes))
                {
                    Console.Error.WriteLine(line);
                }

                Printer.Print(
                    result, info, [info], ["Instance", "From", "To", "State"],
                    i => [i.InstanceId, i.FromVersion?.ToString(), i.ToVersion?.ToString(), i.Posted ? "goes over" : i.Possible ? "possible" : "not possible"]);
                return info.Possible ? 0 : 1;
            });
    }

    private static IEnumerable<(string Change, string What, string Name, string? Detail)> Lines(WorkflowDifference difference) =>
        difference.Added.Select(a => ("added", "activity", a.Id, (string?)a.Type))
            .Concat(difference.Removed.Select(a => ("removed", "activity", a.Id, (string?)a.Type)))
            .Concat(difference.Changed.Select(c => ("changed", "activity", c.Id, (string?)string.Join(", ", c.Properties))))
            .Concat(difference.ConnectionsAdded.Select(c => ("added", "connection", c, (string?)null)))
            .Concat(difference.ConnectionsRemoved.Select(c => ("removed", "connection", c, (string?)null)))
            .Concat(Lines("variable", difference.Variables)).Concat(Lines("input", difference.Inputs)).Concat(Lines("output", difference.Outputs))
            .Concat(difference.Properties.Select(p => ("changed", "definition", p, (string?)null)));

    private static IEnumerable<(string Change, string What, string Name, string? Detail)> Lines(string what, NameChanges names) =>
        names.Added.Select(n => ("added", what, n, (string?)null))
            .Concat(names.Removed.Select(n => ("removed", what, n, (string?)null)))
            .Concat(names.Changed.Select(n => ("changed", what, n, (string?)null)));

    private static int Print(ParseResult result, ChangedWorkflow changed)
    {
        foreach (var warning in changed.Warnings)
        {
            Console.Error.WriteLine($"warning: {warning.Path}: {warning.Message}");
        }

        return Printer.Print(
            result, changed, [changed], ["Workflow", "Version", "Published", "Change"],
            c => [c.Workflow.DefinitionId, c.Workflow.Version.ToString(), c.Workflow.IsPublished ? "yes" : "no", c.Changed ? "done" : "unchanged"]);
    }
}
