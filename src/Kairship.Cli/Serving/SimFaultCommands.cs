using System.CommandLine;
using Kairship.Cli.Output;
using Kairship.Simulator.Control;
using Kairship.Simulator.Faults;

namespace Kairship.Cli.Serving;

/// <summary>"kairship sim fault", "heal" and "list": a running simulator, found by its folder.</summary>
internal static class SimFaultCommands
{
    private const string All = "all";
    private static readonly Argument<string> Cluster = new("cluster") { Description = "Name of the cluster, several divided by commas, or 'all'" };
    private static readonly Option<string?> State = SimFolders.StateOption();

    public static Command Fault()
    {
        var fault = new Argument<string>("fault")
        {
            Description = """
                What breaks:
                  unreachable  connections are refused and running ones reset; --drop: packets get lost, connections hang
                  frozen       connections are taken, nothing is answered, watches fall silent
                  slow         --delay before each answer and each part of a watch, --jitter more or less
                  flaky        --rate of the requests fail: 429, 500, 503 or a connection reset (--kind picks)
                  clock-skew   the cluster's clock is --skew ahead (negative: behind)
                  full         no node takes another pod
                  node-down    the kubelet of --node stops
                  bad-image    pods with --image in an image's name cannot pull it
                  crash-loop   their containers end again and again
                  unready      they run and never become ready
                """,
        };
        fault.AcceptOnlyFromAmong([.. NamedFaults.All]);
        var options = new SimFaultOptions();
        var command = new Command("fault", "Breaks a simulated cluster, until it is healed or for a time") { Cluster, fault };
        options.AddTo(command);
        command.Options.Add(State);
        return command
            .WithExamples(
                "kairship sim fault gcp-iowa unreachable --for 5m",
                "kairship sim fault gcp-iowa slow --delay 2s --jitter 500ms",
                "kairship sim fault all flaky --rate 0.2 --kind 429 --kind 503",
                "kairship sim fault gcp-iowa crash-loop --image shop/checkout:v3",
                "kairship sim fault gcp-iowa node-down --node gcp-iowa-1")
            .Does((result, ct) =>
            {
                var request = options.Read(result, result.GetRequiredValue(fault));
                return EachAsync(result, (client, name) => client.FaultAsync(name, request, ct), ct);
            });
    }

    public static Command Heal()
    {
        var fault = new Argument<string?>("fault") { Description = "What to heal [default: everything]", Arity = ArgumentArity.ZeroOrOne };
        fault.AcceptOnlyFromAmong([.. NamedFaults.All]);
        return new Command("heal", "Ends the faults of a simulated cluster, or one of them") { Cluster, fault, State }
            .WithExamples("kairship sim heal gcp-iowa", "kairship sim heal all slow")
            .Does((result, ct) => EachAsync(result, (client, name) => client.HealAsync(name, result.GetValue(fault), ct), ct));
    }

    public static Command List() =>
        new Command("list", "Lists the clusters of a running simulator and what is broken in them") { State }
            .WithExamples("kairship sim list", "kairship sim list --state ./clusters -o json")
            .Does(async (result, ct) =>
            {
                using var client = SimFolders.Find(result.GetValue(State));
                return Print(result, await client.ListAsync(ct));
            });

    private static async Task<int> EachAsync(ParseResult result, Func<SimulatorClient, string, Task<ClusterView>> act, CancellationToken cancellationToken)
    {
        using var client = SimFolders.Find(result.GetValue(State));
        var asked = result.GetRequiredValue(Cluster);
        var names = asked == All
            ? (await client.ListAsync(cancellationToken)).Select(c => c.Name)
            : asked.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var changed = new List<ClusterView>();
        foreach (var name in names)
        {
            changed.Add(await act(client, name));
        }

        return Print(result, changed);
    }

    private static int Print(ParseResult result, IReadOnlyList<ClusterView> clusters) => Printer.Print(
        result, clusters, clusters, ["name", "url", "nodes", "pods", "faults"],
        c => [c.Name, c.Url.GetLeftPart(UriPartial.Authority), $"{c.Nodes}", $"{c.Pods}", c.Faults.Count == 0 ? null : string.Join("; ", c.Faults.Select(Tell))]);

    private static string Tell(ActiveFault fault) =>
        $"{fault.Name} ({fault.Detail}){(fault.Until is { } until ? $" until {until.ToLocalTime():HH:mm:ss}" : "")}";
}
