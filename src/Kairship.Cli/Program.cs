using System.CommandLine;
using Kairship.Cli.Applications;
using Kairship.Cli.Approvals;
using Kairship.Cli.Clusters;
using Kairship.Cli.Connection;
using Kairship.Cli.Demo;
using Kairship.Cli.Drills;
using Kairship.Cli.Output;
using Kairship.Cli.Placements;
using Kairship.Cli.Releases;
using Kairship.Cli.Reports;
using Kairship.Cli.Scaling;
using Kairship.Cli.Serving;
using Kairship.Cli.Triggers;
using Kairship.Cli.Workflows;

var root = new RootCommand("""
    Kairship releases applications to many Kubernetes clusters by durable workflows.

    Exit codes: 0 all well; 1 refused or not reachable; 2 wrong usage;
                of a release that was waited for: 3 rolled back, 4 aborted or rejected, 5 failed;
                of diff and drift: 0 no difference, 1 a difference, 2 it cannot be told;
                of placement: 0 placed, 2 it cannot be placed.
    """);
root.WithExamples(
    "kairship demo                                              see it all on three simulated clusters",
    "kairship serve                                             start the server",
    "kairship cluster join east --kubeconfig ~/.kube/config     add a cluster",
    "kairship apply -f application.yaml                         say what is released, and how",
    "kairship release storefront --source v2.yaml --wait        release it");
GlobalOptions.AddTo(root);
CommandHelp.AddTo(root);

// A file or a pipe has no width: lines stay whole there.
if (Console.IsOutputRedirected)
{
    Spectre.Console.AnsiConsole.Profile.Width = 1000;
}

if (Console.IsErrorRedirected)
{
    Run.Errors.Profile.Width = 1000;
}

Command[] commands =
[
    DemoCommand.Create(), ServeCommand.Create(), SimCommand.Create(),
    ClusterCommands.Create(), FleetCommands.Create(), ApplyCommand.Create(), RemoveCommand.Create(), PlanCommand.Create(), DiffCommand.Create(), DriftCommand.Create(), PlacementCommands.Create(), ScaleCommands.Create(),
    ReleaseCommand.Create(), HistoryCommands.History(), HistoryCommands.Releases(), StatusCommand.Create(),
    ApprovalCommands.List(), ApprovalCommands.Decide("approve", true), ApprovalCommands.Decide("reject", false),
    ReleaseActionCommands.Pause(), ReleaseActionCommands.Resume(), ReleaseActionCommands.Abort(), ReleaseActionCommands.RollBack(),
    StudioCommand.Create(), WorkflowCommands.Create(), InstanceCommands.Create(), ScheduleCommands.Create(), EventCommands.Create(), TaskCommands.Create(),
    ReportCommands.Create(), DrillCommands.Create(),
];
foreach (var command in commands)
{
    root.Subcommands.Add(command);
}

return await Run.InvokeAsync(root, args);

namespace Kairship.Cli
{
    /// <summary>Names this program's assembly for those who start it as another process.</summary>
    public static class Program;
}
