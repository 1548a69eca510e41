using System.CommandLine;
using Kairship.Cli.Output;
using Kairship.Simulator;

namespace Kairship.Cli.Serving;

internal static class SimCommand
{
    public static Command Create() => new Command("sim", "Simulated Kubernetes clusters: up") { Up() }
        .WithExamples("kairship sim up --clusters 3 --state ./clusters");

    private static Command Up()
    {
        var clusters = new Option<int>("--clusters", "-n") { Description = "How many", DefaultValueFactory = _ => 3 };
        var nodes = new Option<int>("--nodes") { Description = "Nodes of each", DefaultValueFactory = _ => 3 };
        var folder = new Option<string>("--state") { Description = "Folder for the kubeconfigs", DefaultValueFactory = _ => "." };
        var untilInputCloses = Lifeline.Option();
        return new Command("up", "Serves simulated clusters on loopback until it is stopped, and writes NAME.kubeconfig for each. kubectl works with them.") { clusters, nodes, folder, untilInputCloses }
            .WithExamples("kairship sim up --clusters 3 --state ./clusters &", "kubectl --kubeconfig clusters/gcp-iowa.kubeconfig get nodes")
            .Does(async (result, cancellationToken) =>
            {
                var (count, each) = (result.GetValue(clusters), result.GetValue(nodes));
                if (count is < 1 or > 1000 || each is < 1 or > 1000)
                {
                    throw new CommandException("--clusters and --nodes take numbers from 1 to 1000", 2);
                }

                using var stop = Lifeline.Hold(result.GetValue(untilInputCloses), cancellationToken);
                await using var fleet = await SimulatedFleet.StartAsync(SimulatedClouds.Take(count).Select(c => c with { Nodes = each }), null, stop.Token);
                await fleet.WriteKubeconfigsAsync(result.GetRequiredValue(folder));
                Console.Out.WriteLine($"{count} cluster(s) up: {string.Join(", ", fleet.Clusters.Take(10).Select(c => $"{c.Name} {c.Url}"))}");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return 0;
            });
    }
}
