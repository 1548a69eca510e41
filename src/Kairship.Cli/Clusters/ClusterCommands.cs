using System.CommandLine;
using Kairship.Api.Clusters;
using Kairship.Cli.Output;

namespace Kairship.Cli.Clusters;

internal static class ClusterCommands
{
    public static Command Create() => new Command("cluster", "Member clusters: join, list, show, remove") { Join(), List(), Show(), Remove() }
        .WithExamples("kairship cluster list");

    private static Command Join()
    {
        var name = new Argument<string>("name") { Description = "What the cluster is called from now on (a DNS label)" };
        var kubeconfig = new Option<string>("--kubeconfig") { Description = "Kubeconfig file with its data inline ('kubectl config view --flatten --minify' makes one)", Required = true };
        var context = new Option<string?>("--context") { Description = "Context in it [default: its current one]" };
        var labels = new Option<string[]>("--label") { Description = "Label name=value, again for each (none: as before); provider, region, zone and tier have meaning", DefaultValueFactory = _ => [] };
        return new Command("join", "Joins a cluster: reaches it, checks the credentials, and keeps them encrypted. Again with the same name: gives it new ones, and keeps its labels unless others are given.") { name, kubeconfig, context, labels }
            .WithExamples("kairship cluster join east --kubeconfig east.kubeconfig --label provider=aws --label region=eu-central-1")
            .Calls(async (result, client, ct) =>
            {
                var text = await Sources.ReadAsync(result.GetRequiredValue(kubeconfig), ct);
                var given = Sources.Pairs(result.GetValue(labels)!, "--label");
                var joined = await client.JoinClusterAsync(
                    new JoinClusterRequest(result.GetRequiredValue(name), text, result.GetValue(context), given.Count > 0 ? given : null), ct);
                return Print(result, joined, [joined]);
            });
    }

    private static Command List() => new Command("list", "Lists the clusters and how they are").WithExamples("kairship cluster list -o json").Calls(async (result, client, ct) =>
    {
        var page = await client.ListClustersAsync(0, 1000, ct);
        return Print(result, page, page.Items);
    });

    private static Command Show()
    {
        var name = new Argument<string>("name");
        return new Command("show", "Shows one cluster") { name }.WithExamples("kairship cluster show east").Calls(async (result, client, ct) =>
        {
            var cluster = await client.GetClusterAsync(result.GetRequiredValue(name), ct);
            return Print(result, cluster, [cluster]);
        });
    }

    private static Command Remove()
    {
        var name = new Argument<string>("name");
        var force = new Option<bool>("--force") { Description = "Also while an application is released there" };
        return new Command("remove", "Forgets a cluster; nothing inside it is touched") { name, force }.WithExamples("kairship cluster remove east").Calls(async (result, client, ct) =>
        {
            await client.RemoveClusterAsync(result.GetRequiredValue(name), result.GetValue(force), ct);
            Console.Out.WriteLine($"cluster {result.GetValue(name)} removed");
            return 0;
        });
    }

    private static int Print(ParseResult result, object whole, IEnumerable<ClusterInfo> clusters) => Printer.Print(
        result, whole, clusters, ["Name", "Ready", "Version", "Nodes", "Latency", "Labels", "Server"],
        c =>
        [
            c.Name, c.Condition?.Ready ?? "Unknown", c.Condition?.Version, c.Condition?.Nodes?.ToString(),
            c.Condition?.LatencyMilliseconds is { } ms ? $"{ms:0} ms" : null, Printer.Labels(c.Labels), c.Server,
        ]);
}
