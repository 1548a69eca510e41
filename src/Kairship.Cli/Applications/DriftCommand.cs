using System.CommandLine;
using Kairship.Api.Applications;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Spectre.Console;

namespace Kairship.Cli.Applications;

internal static class DriftCommand
{
    public static Command Create()
    {
        var application = new Argument<string>("application");
        var heal = new Option<bool>("--heal") { Description = "Puts back what differs, whatever the application says about healing" };
        var look = new Option<bool>("--no-heal") { Description = "Puts nothing back, whatever the application says about healing" };
        var last = new Option<bool>("--last") { Description = "Shows the last comparison instead of making one" };
        var only = ChangeView.ClusterOption();
        return new Command(
                "drift", "Compares each cluster with what was released there: fields that were changed, objects that are missing, objects that were not released. Ends with 0 when all is as released, with 1 when something differs, with 2 when it cannot be told.") { application, heal, look, last, only }
            .WithExamples("kairship drift storefront", "kairship drift storefront --heal", "kairship drift storefront --last --cluster east -o json")
            .RefusedWith(ExitCodes.NotCompared)
            .Calls(async (result, client, ct) =>
            {
                var (healing, looking) = (result.GetValue(heal), result.GetValue(look));
                if ((healing && looking) || (result.GetValue(last) && (healing || looking)))
                {
                    throw new CommandException("--heal, --no-heal and --last exclude each other", 2);
                }

                var name = result.GetRequiredValue(application);
                var report = result.GetValue(last)
                    ? await client.GetDriftAsync(name, ct)
                    : await client.CheckDriftAsync(name, new DriftRequest(healing ? true : looking ? false : null), ct);
                report = report with { Clusters = ChangeView.Only(report.Clusters, c => c.Cluster, result.GetValue(only)!) };
                if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
                {
                    Printer.PrintWhole(result, report);
                }
                else
                {
                    Show(report);
                }

                return report.Clusters.Any(c => c.State is "Drifted" or "FoughtOver") ? ExitCodes.Different
                    : report.Clusters.Any(c => c.State == "Unknown") ? ExitCodes.NotCompared
                    : 0;
            });
    }

    private static void Show(DriftReportInfo report)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{report.Application}[/] {report.Revision}, released by {report.Release}; compared {Printer.Ago(report.At)}");
        foreach (var healed in report.Healed)
        {
            AnsiConsole.MarkupLineInterpolated($"[green]✓ put back: {healed}[/]");
        }

        foreach (var cluster in report.Clusters)
        {
            AnsiConsole.MarkupLine($"\n[bold]{cluster.Cluster.EscapeMarkup()}[/] [{Colour(cluster.State)}]{cluster.State}[/] {cluster.Message.EscapeMarkup()} [grey](since {Printer.Ago(cluster.Since)})[/]");
            foreach (var item in cluster.Objects)
            {
                var who = item.Managers.Count == 0 ? null : $"{item.Drift}, by {string.Join(", ", item.Managers)}";
                ChangeView.Line("  ", item.Drift, ChangeView.Name(item.Kind, item.Namespace, item.Name), who ?? item.Drift);
                foreach (var change in item.Changes)
                {
                    AnsiConsole.MarkupLineInterpolated($"      {change.Path}: [red]{change.Before ?? "(none)"}[/], released [green]{change.After ?? "(none)"}[/]");
                }
            }

            ChangeView.Problems("  ", cluster.Cluster, cluster.Problems);
        }
    }

    private static string Colour(string state) => state switch
    {
        "InSync" => "green",
        "Unknown" => "yellow",
        _ => "red",
    };
}
