using System.CommandLine;
using Kairship.Api.Clusters;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Clusters;

internal static class ClusterCommands
{
    public static Command Create()
    {
        var command = new Command("cluster", "Member clusters: join, list, show, taint, remove, and the rights that they need to grant")
            { Join(), List(), Show(), TaintCommands.Taint(), TaintCommands.Cordon(), TaintCommands.Uncordon(), FencingCommands.ConfirmFenced(), ReturnCommands.Return(), Rbac(), Remove() }
            .WithExamples("kairship cluster list -o wide", "kairship cluster show east");
        command.Aliases.Add("clusters");
        return command;
    }

    private static Command Join()
    {
        var name = new Argument<string>("name") { Description = "What the cluster is called from now on (a DNS label)" };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Kubeconfig file with its data inline ('kubectl config view --flatten --minify' makes one)" };
        var inCluster = new Option<bool>("--in-cluster") { Description = "The cluster that the server runs in, by the service account of its pod; no kubeconfig then" };
        var context = new Option<string?>("--context") { Description = "Context in it [default: its current one]" };
        var labels = new Option<string[]>("--label") { Description = "Label name=value, again for each (none: as before); provider, region, zone and tier have meaning", DefaultValueFactory = _ => [] };
        var command = new Command("join", "Joins a cluster: reaches it, checks the credentials, and keeps them encrypted. Again with the same name: gives it new ones, and keeps its labels unless others are given.") { name, kubeconfig, inCluster, context, labels };
        command.Validators.Add(given =>
        {
            if (given.GetValue(inCluster) == (given.GetValue(kubeconfig) is not null))
            {
                given.AddError("Give --kubeconfig FILE, or --in-cluster.");
            }
        });
        return command
            .WithExamples("kairship cluster join east --kubeconfig east.kubeconfig --label provider=aws --label region=eu-central-1")
            .Calls(async (result, client, ct) =>
            {
                var text = result.GetValue(kubeconfig) is { } file ? await Sources.ReadAsync(file, ct) : null;
                var given = Sources.Pairs(result.GetValue(labels)!, "--label");
                var joined = await client.JoinClusterAsync(
                    new JoinClusterRequest(result.GetRequiredValue(name), text, result.GetValue(context), given.Count > 0 ? given : null, result.GetValue(inCluster)), ct);
                return Print(result, joined, [joined]);
            });
    }

    private static Command List() => new Command("list", "Lists the clusters and how they are").WithExamples("kairship cluster list -o wide", "kairship cluster list -o json").Calls(async (result, client, ct) =>
    {
        var page = await client.ListClustersAsync(0, 1000, ct);
        Print(result, page, page.Items);
        if (GlobalOptions.FormatOf(result) == OutputFormat.Table && page.Items.Count > 0)
        {
            FleetCommands.Footer(await client.GetFleetAsync(ct));
        }

        return 0;
    });

    private static Command Show()
    {
        var name = new Argument<string>("name");
        var command = new Command("show", "Shows one cluster: its conditions, what it has room for, how its readiness changed") { name }.WithExamples("kairship cluster show east")
            .Calls(async (result, client, ct) =>
            {
                var cluster = await client.GetClusterAsync(result.GetRequiredValue(name), ct);
                if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
                {
                    return Printer.PrintWhole(result, cluster);
                }

                ClusterDetail.Print(result, cluster, await client.ListClusterTransitionsAsync(cluster.Name, ct));
                return 0;
            });
        command.Aliases.Add("get");
        return command;
    }

    private static Command Rbac() => new Command("rbac", "Prints the manifest that grants Kairship what it needs in a member cluster, and nothing more")
        .WithExamples("kairship cluster rbac | kubectl apply -f -").Does((_, _) =>
        {
            using var stream = typeof(ClusterCommands).Assembly.GetManifestResourceStream("member-cluster.yaml") ?? throw new InvalidOperationException("member-cluster.yaml is not part of this program.");
            using var reader = new StreamReader(stream);
            Console.Out.Write(reader.ReadToEnd());
            return Task.FromResult(0);
        });

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

    private static int Print(ParseResult result, object whole, IEnumerable<ClusterInfo> clusters) => GlobalOptions.IsWide(result)
        ? Printer.Print(
            result, whole, clusters, ["Name", "Ready", "Reason", "Since", "Version", "Nodes", "CPU free", "Memory free", "Pods", "Latency p50/p95", "Warnings", "Taints", "Labels", "Server"],
            c =>
            [
                c.Name, c.Condition?.Ready ?? "Unknown", c.Condition?.Reason, c.Condition?.Since is { } since ? Printer.Ago(since) : null, c.Condition?.Version, Nodes(c.Condition),
                ClusterDetail.Cpu(c.Condition?.Capacity?.Available), ClusterDetail.Memory(c.Condition?.Capacity?.Available), c.Condition?.Capacity?.Requested.Pods.ToString(),
                ClusterDetail.Latency(c.Condition), ClusterDetail.Warnings(c.Condition), TaintCommands.Short(c), Printer.Labels(c.Labels), c.Server,
            ])
        : Printer.Print(
            result, whole, clusters, ["Name", "Ready", "Version", "Nodes", "Latency", "Taints", "Labels", "Server"],
            c =>
            [
                c.Name, c.Condition?.Ready ?? "Unknown", c.Condition?.Version, Nodes(c.Condition),
                c.Condition is { Ready: "True", LatencyMilliseconds: { } ms } ? $"{ms:0} ms" : null, TaintCommands.Short(c), Printer.Labels(c.Labels), c.Server,
            ]);

    /// <summary>Ready ones of all, once they were counted; of a cluster that does not answer nobody knows.</summary>
    private static string? Nodes(ClusterConditionInfo? condition) => condition is { Ready: "Unknown" } ? null :
        condition?.Capacity is { } capacity ? $"{capacity.ReadyNodes}/{condition.Nodes}" : condition?.Nodes?.ToString();
}
