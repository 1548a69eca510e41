using System.CommandLine;
using Kairship.Cli.Connection;
using Kairship.Simulator.Control;

namespace Kairship.Cli.Serving;

/// <summary>Where simulators have their files, and the running one that a command means.</summary>
internal static class SimFolders
{
    /// <summary>The folder of "sim up" without --state.</summary>
    public static string Unkept => Path.Combine(GlobalOptions.DefaultData, "sim");

    /// <summary>The folder of the clusters of "serve --simulate".</summary>
    public static string OfServer(string data) => Path.Combine(data, "simulated");

    public static Option<string?> StateOption() => new("--state")
    {
        Description = "Folder of the simulator: that of 'sim up', or the data folder of 'serve --simulate' [default: the one that runs without such options]",
    };

    /// <exception cref="SimulatorControlException">No simulator runs there.</exception>
    public static SimulatorClient Find(string? state) => state is null
        ? SimulatorClient.Find(Unkept, OfServer(GlobalOptions.DefaultData))
        : SimulatorClient.Find(state, OfServer(state));
}
