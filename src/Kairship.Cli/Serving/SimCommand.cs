using System.CommandLine;
using Kairship.Cli.Output;

namespace Kairship.Cli.Serving;

internal static class SimCommand
{
    public static Command Create() =>
        new Command("sim", "Simulated Kubernetes clusters: start them, break them, heal them") { SimUpCommand.Create(), SimFaultCommands.Fault(), SimFaultCommands.Heal(), SimFaultCommands.List() }
            .WithExamples(
                "kairship sim up --clusters 3 --state ./clusters",
                "kairship sim fault gcp-iowa unreachable --for 5m --state ./clusters",
                "kairship sim heal gcp-iowa --state ./clusters");
}
