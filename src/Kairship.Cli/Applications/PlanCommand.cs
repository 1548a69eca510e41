using System.CommandLine;
using Kairship.Api.Applications;
using Kairship.Cli.Output;
using Kairship.Cli.Releases;
using Spectre.Console;

namespace Kairship.Cli.Applications;

internal static class PlanCommand
{
    public static Command Create()
    {
        var application = new Argument<string>("application");
        var what = new RevisionOptions();
        var only = ChangeView.ClusterOption();
        return what.AddTo(new Command(
                "plan", "Shows what a release would do in each cluster, object by object, by server-side dry-run. Writes nothing. Of the application's own source, or of what is released now, unless a revision is given. Ends with 0 when nothing stands in its way, with 1 when something does.") { application, only }
            .WithExamples("kairship plan storefront --source v2.yaml", "kairship plan storefront --image checkout=v2.0.1", "kairship plan storefront --revision v1 -o json"))
            .Calls(async (result, client, ct) =>
            {
                var (source, images, revision) = await what.ReadAsync(result, ct);
                var plan = await client.PlanAsync(result.GetRequiredValue(application), new PlanRequest(source, images, revision), ct);
                plan = plan with { Clusters = ChangeView.Only(plan.Clusters, c => c.Cluster, result.GetValue(only)!) };
                if (Connection.GlobalOptions.FormatOf(result) != OutputFormat.Table)
                {
                    Printer.PrintWhole(result, plan);
                }
                else
                {
                    Show(plan);
                }

                return plan.Clusters.Any(c => c.Problems.Count > 0) ? ExitCodes.Refused : 0;
            });
    }

    public static void Show(PlanInfo plan)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{plan.Application}[/] {plan.FromRevision ?? "(nothing)"} → {plan.Revision}   digest {plan.Digest[..12]}");
        foreach (var cluster in plan.Clusters)
        {
            AnsiConsole.MarkupLineInterpolated($"\n[bold]{cluster.Cluster}[/] [grey]({(cluster.Role == "Lost" ? "lost: nothing is done to it" : $"wave {cluster.Wave}")})[/]");
            Overrides(cluster);
            foreach (var item in cluster.Objects.Where(o => o.Action != "Unchanged"))
            {
                ChangeView.Line("  ", item.Action, $"{item.Kind}/{item.Name}", item.Note);
                foreach (var change in item.Changes)
                {
                    AnsiConsole.MarkupLineInterpolated($"      {change.Path}: [red]{change.Before ?? "(none)"}[/] → [green]{change.After ?? "(none)"}[/]");
                }
            }

            var same = cluster.Objects.Count(o => o.Action == "Unchanged");
            if (same > 0)
            {
                AnsiConsole.MarkupLineInterpolated($"  [grey]= {same} unchanged[/]");
            }

            foreach (var left in cluster.Objects.Where(o => o is { Action: "Unchanged", Note: not null }))
            {
                AnsiConsole.MarkupLineInterpolated($"  [grey]= {left.Kind}/{left.Name}: {left.Note}[/]");
            }

            ChangeView.Problems("  ", cluster.Cluster, cluster.Problems);
        }

        foreach (var note in plan.Placement?.Notes ?? [])
        {
            AnsiConsole.MarkupLineInterpolated($"\n[grey]{note}[/]");
        }
    }

    /// <summary>What differs here, by which rule, in the order in which they act.</summary>
    private static void Overrides(ClusterPlanInfo cluster)
    {
        foreach (var effect in cluster.Overrides ?? [])
        {
            AnsiConsole.MarkupLineInterpolated($"  [blue]* {effect.Object}[/] [grey](override {effect.Rule ?? "without a name"}, {effect.Overrider})[/]");
            foreach (var change in effect.Changes)
            {
                AnsiConsole.MarkupLineInterpolated($"      {change.Path}: {change.Before ?? "(none)"} → [blue]{change.After ?? "(none)"}[/]");
            }
        }

        if (cluster.MoreOverrides > 0)
        {
            AnsiConsole.MarkupLineInterpolated($"  [grey]* {cluster.MoreOverrides} more by overrides[/]");
        }
    }
}
