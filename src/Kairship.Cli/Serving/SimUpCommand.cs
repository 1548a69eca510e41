using System.CommandLine;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Kairship.Simulator;
using Kairship.Simulator.Control;
using Microsoft.AspNetCore.Connections;

namespace Kairship.Cli.Serving;

/// <summary>"kairship sim up": clusters until it is stopped.</summary>
internal static class SimUpCommand
{
    private const int MostShown = 10;
    private static readonly Option<int> Clusters = new("--clusters", "-n") { Description = "How many", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Nodes = new("--nodes") { Description = "Nodes of each new cluster", DefaultValueFactory = _ => 3 };
    private static readonly Option<string> Cpu = new("--node-cpu") { Description = "CPU of each node", DefaultValueFactory = _ => "8" };
    private static readonly Option<string> Memory = new("--node-memory") { Description = "Memory of each node", DefaultValueFactory = _ => "32Gi" };
    private static readonly Option<int> Pods = new("--node-pods") { Description = "Most pods on each node", DefaultValueFactory = _ => 110 };
    private static readonly Option<bool> UntilInputCloses = Lifeline.Option();

    private static readonly Option<string?> State = new("--state")
    {
        Description = "Folder that keeps the clusters, ports and faults included: started again with it, they are as they were, even after SIGKILL. It holds the kubeconfigs too [default: nothing is kept]",
    };

    public static Command Create() =>
        new Command("up", "Serves simulated clusters on loopback until it is stopped, and writes NAME.kubeconfig for each. kubectl works with them.") { Clusters, Nodes, Cpu, Memory, Pods, State, UntilInputCloses }
            .WithExamples(
                "kairship sim up",
                "kairship sim up --clusters 3 --state ./clusters &",
                "kairship sim up --clusters 100 --nodes 20 --node-cpu 16 --node-memory 64Gi",
                "kubectl --kubeconfig clusters/gcp-iowa.kubeconfig get nodes")
            .Does(RunAsync);

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (count, nodes, pods) = (result.GetValue(Clusters), result.GetValue(Nodes), result.GetValue(Pods));
        if (count is < 1 or > 1000 || nodes is < 1 or > 1000 || pods is < 1 or > 1000)
        {
            throw new CommandException("--clusters, --nodes and --node-pods take numbers from 1 to 1000", 2);
        }

        var (cpu, memory) = (Quantity(result.GetRequiredValue(Cpu), "--node-cpu", "8 or 500m"), Quantity(result.GetRequiredValue(Memory), "--node-memory", "32Gi"));
        using var stop = Lifeline.Hold(result.GetValue(UntilInputCloses), cancellationToken);
        await using var fleet = await StartAsync(
            SimulatedClouds.Take(count).Select(c => c with { Nodes = nodes, NodeCpu = cpu, NodeMemory = memory, NodePods = pods }), result.GetValue(State), stop.Token);
        Show(result, fleet);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <summary>Clusters that are kept in a folder, or (null) in memory only.</summary>
    public static async Task<SimulatedFleet> StartAsync(IEnumerable<SimulatedClusterOptions> clusters, string? state, CancellationToken cancellationToken)
    {
        try
        {
            return await SimulatedFleet.StartAsync(clusters, new SimulatedFleetOptions { Folder = state ?? SimFolders.Unkept, Keep = state is not null }, null, cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new CommandException($"{e.Message.TrimEnd('.')}: another program took it while the simulator was stopped. Stop that program, or remove the cluster under {state}/clusters");
        }
    }

    private static string Quantity(string text, string option, string example) =>
        System.Text.RegularExpressions.Regex.IsMatch(text, "^[0-9]{1,9}(\\.[0-9]{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))
            ? text
            : throw new CommandException($"'{text}' is no value for {option}: it must be a quantity such as {example}", 2);

    private static void Show(ParseResult result, SimulatedFleet fleet)
    {
        var state = result.GetValue(State);
        var folder = Path.GetFullPath(state ?? SimFolders.Unkept);
        var shown = fleet.Clusters.Select(c => new SimUpRow(c.Name, c.Url, c.Store.Count("", "nodes"), Path.Combine(folder, $"{c.Name}.kubeconfig"))).ToList();
        if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
        {
            Printer.PrintWhole(result, new { clusters = shown, folder, kept = state is not null, restored = fleet.Restored });
            return;
        }

        var kept = state is null ? "in memory only: they are gone when this ends" : $"kept in {folder}";
        Console.Out.WriteLine($"{fleet.Clusters.Count} cluster(s) up, {kept}{(fleet.Restored > 0 ? $"; {fleet.Restored} as they were before" : "")}");
        Printer.Print(result, shown, shown.Take(MostShown), ["name", "url", "nodes", "kubeconfig"], r => [r.Name, r.Url.GetLeftPart(UriPartial.Authority), $"{r.Nodes}", r.Kubeconfig]);
        var (more, first, option) = (fleet.Clusters.Count - MostShown, shown[0], state is null ? "" : $" --state {state}");
        Console.Out.WriteLine($"""
            {(more > 0 ? $"and {more} more: kairship sim list{option}\n" : "")}
            Next, in another terminal:
              kubectl --kubeconfig {first.Kubeconfig} get nodes
              kairship cluster join {first.Name} --kubeconfig {first.Kubeconfig}
              kairship sim fault {first.Name} unreachable --for 1m{option}
            Ctrl+C stops them.
            """);
    }

    private sealed record SimUpRow(string Name, Uri Url, int Nodes, string Kubeconfig);
}
