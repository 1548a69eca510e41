using System.CommandLine;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Applications;

internal static class RemoveCommand
{
    /// <summary>"kairship app delete".</summary>
    public static Command Create()
    {
        var application = new Argument<string>("application");
        var keep = new Option<bool>("--keep-objects") { Description = "Leave everything in the clusters as it is; only Kairship forgets the application" };
        var namespaces = new Option<bool>("--namespaces") { Description = "Also delete namespaces that are among its manifests, with all that is in them" };
        var definitions = new Option<bool>("--definitions") { Description = "Also delete its CustomResourceDefinitions, with all objects of their kinds" };
        var yes = new Option<bool>("--yes") { Description = "Really do it" };
        var delete = new Command(
                "delete", "Deletes an application: its objects in all clusters, dependants first, then what is known of it. Its history stays. Ends with 1 when something could not be deleted; the same command goes on.")
            { application, keep, namespaces, definitions, yes }
            .WithExamples("kairship app delete storefront --yes", "kairship app delete storefront --keep-objects --yes")
            .Calls(async (result, client, ct) =>
            {
                if (!result.GetValue(yes))
                {
                    throw new CommandException("this deletes what runs in the clusters: say --yes", 2);
                }

                var removal = await client.RemoveApplicationAsync(
                    result.GetRequiredValue(application), result.GetValue(keep), result.GetValue(namespaces), result.GetValue(definitions), ct);
                Printer.Print(result, removal, removal.Clusters, ["Cluster", "Deleted", "Kept", "Problems"], c =>
                    [c.Cluster, $"{c.Deleted.Count}", $"{c.Kept.Count}", c.Problems.Count == 0 ? "none" : string.Join("; ", c.Problems)]);
                if (GlobalOptions.FormatOf(result) == OutputFormat.Table)
                {
                    Console.Out.WriteLine(removal.Removed ? $"{removal.Application} deleted" : $"{removal.Application} is kept until the problems are solved");
                }

                return removal.Removed ? 0 : ExitCodes.Refused;
            });
        return new Command("app", "Applications.") { delete }.WithExamples("kairship app delete storefront --yes");
    }
}
