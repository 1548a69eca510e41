using System.CommandLine;
using Kairship.Api.Applications;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Kairship.Cli.Releases;
using Spectre.Console;

namespace Kairship.Cli.Applications;

internal static class DiffCommand
{
    public static Command Create()
    {
        var application = new Argument<string>("application");
        var what = new RevisionOptions();
        var only = ChangeView.ClusterOption();
        return what.AddTo(new Command(
                "diff", "Prints every field that a release would change in each cluster, by server-side dry-run; new objects whole, values of secrets never. Of the application's own source, or of what is released now, unless a revision is given. Ends like kubectl diff: with 0 when nothing would change, with 1 when something would, with 2 when it cannot be told.") { application, only }
            .WithExamples("kairship diff storefront --source v2.yaml", "kairship diff storefront --image checkout=v2.0.1 --cluster east", "kairship diff storefront -o yaml"))
            .RefusedWith(ExitCodes.NotCompared)
            .Calls(async (result, client, ct) =>
            {
                var (source, images, revision) = await what.ReadAsync(result, ct);
                var plan = await client.PlanAsync(result.GetRequiredValue(application), new PlanRequest(source, images, revision, Whole: true), ct);
                plan = plan with
                {
                    Clusters = [.. ChangeView.Only(plan.Clusters, c => c.Cluster, result.GetValue(only)!).Select(c => c with { Objects = [.. c.Objects.Where(o => o.Action != "Unchanged")] })],
                };
                if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
                {
                    Printer.PrintWhole(result, plan);
                }
                else
                {
                    Show(plan);
                }

                return plan.Clusters.Any(c => c.Problems.Count > 0) ? ExitCodes.NotCompared
                    : plan.Clusters.Any(c => c.Objects.Count > 0) ? ExitCodes.Different
                    : 0;
            });
    }

    /// <summary>Clusters without a difference are left out.</summary>
    private static void Show(PlanInfo plan)
    {
        foreach (var cluster in plan.Clusters.Where(c => c.Objects.Count > 0 || c.Problems.Count > 0))
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]# {cluster.Cluster}: {plan.Application} {plan.FromRevision ?? "(nothing)"} → {plan.Revision}[/] [grey](digest {plan.Digest[..12]})[/]");
            foreach (var item in cluster.Objects)
            {
                ChangeView.Line("", item.Action, ChangeView.Name(item.Kind, item.Namespace, item.Name), item.Note);
                ChangeView.Fields("", item.Changes);
            }

            ChangeView.Problems("", cluster.Cluster, cluster.Problems);
        }
    }
}
