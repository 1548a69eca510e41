using System.CommandLine;
using Kairship.Api.Reports;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Reports;

/// <summary>Reports of lost clusters and of drills.</summary>
internal static class ReportCommands
{
    public static Command Create() => new Command("report", "Reports of lost clusters and of drills: how long it took until all was healthy again") { List(), Show() }
        .WithExamples("kairship report list", "kairship report show loss-east-7 -o json");

    private static Command List()
    {
        var kind = new Option<string?>("--kind") { Description = "Only these: loss or drill" };
        var take = new Option<int>("--take") { Description = "How many, newest first; at most 1000", DefaultValueFactory = _ => 50 };
        return new Command("list", "Lists reports, newest first") { kind, take }.WithExamples("kairship report list --kind drill").Calls(async (result, client, ct) =>
        {
            var page = await client.ListReportsAsync(result.GetValue(kind), 0, result.GetValue(take), ct);
            return Printer.Print<ReportInfo>(
                result, page, page.Items, ["Id", "Kind", "Begun", "Met", "What"],
                r => [r.Id, r.Kind, Printer.Ago(r.Begun), ReportView.Met(r), r.Sentence ?? r.Title]);
        });
    }

    private static Command Show()
    {
        var id = new Argument<string>("id");
        return new Command("show", "Shows one report: each application with its times against its objective, and who was not moved and why") { id }
            .WithExamples("kairship report show loss-east-7", "kairship report show drill-3f9a -o json").Calls(async (result, client, ct) =>
            {
                var report = await client.GetReportAsync(result.GetRequiredValue(id), ct);
                return GlobalOptions.FormatOf(result) != OutputFormat.Table ? Printer.PrintWhole(result, report) : ReportView.Show(result, report);
            });
    }
}
