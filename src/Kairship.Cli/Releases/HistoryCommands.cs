using System.CommandLine;
using Kairship.Api.Releases;
using Kairship.Cli.Output;

namespace Kairship.Cli.Releases;

internal static class HistoryCommands
{
    public static Command History()
    {
        var application = new Argument<string>("application");
        var take = Take();
        return new Command("history", "Lists the releases of an application, newest first") { application, take }
            .WithExamples("kairship history storefront", "kairship history storefront --take 5 -o yaml")
            .Calls(async (result, client, ct) =>
        {
            var page = await client.GetHistoryAsync(result.GetRequiredValue(application), 0, result.GetValue(take), ct);
            return Print(result, page, page.Items);
        });
    }

    public static Command Releases()
    {
        var take = Take();
        return new Command("releases", "Lists the releases of all applications, newest first") { take }
            .WithExamples("kairship releases --take 50")
            .Calls(async (result, client, ct) =>
        {
            var page = await client.ListReleasesAsync(null, 0, result.GetValue(take), ct);
            return Print(result, page, page.Items);
        });
    }

    public static int Print(ParseResult result, object whole, IEnumerable<ReleaseInfo> releases) => Printer.Print(
        result, whole, releases, ["Release", "Kind", "Revision", "From", "Workflow", "Status", "By", "Requested", "Reason"],
        r => [r.Id, r.Kind, r.Revision, r.FromRevision, r.Workflow, r.Status, r.RequestedBy, Printer.Ago(r.RequestedAt), r.Reason ?? r.Cause]);

    private static Option<int> Take() => new("--take") { Description = "How many at most", DefaultValueFactory = _ => 20 };
}
