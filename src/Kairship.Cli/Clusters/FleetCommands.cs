using System.CommandLine;
using Kairship.Api.Clusters;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Kairship.Cli.Reports;

namespace Kairship.Cli.Clusters;

/// <summary>All clusters together, and the brake that stops failovers when too many are lost at once.</summary>
internal static class FleetCommands
{
    private const int MostLines = 10;

    public static Command Create() => new Command("fleet", "All clusters together: how they are, and the brake that stops failovers when too many are lost at once")
        { Status(), ReleaseBrake() }.WithExamples("kairship fleet status");

    /// <summary>One line or two below a list of clusters.</summary>
    public static void Footer(FleetInfo fleet)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine(
            $"{fleet.Clusters} clusters: {fleet.Ready} ready, {fleet.NotReady} not ready, {fleet.Unreachable} unreachable. " +
            (fleet.Brake.On ? $"The brake is on{(fleet.Brake.Since is { } since ? $" since {Printer.Ago(since)}" : "")}: {fleet.Brake.Why} Look, then: kairship fleet release-brake"
                : fleet.Brake.Go ? "Failovers may begin." : $"Failovers wait: {fleet.Brake.Why}"));
    }

    private static Command Status() => new Command("status", "Says how the clusters are together, and whether failovers may begin").WithExamples("kairship fleet status -o json")
        .Calls(async (result, client, ct) =>
        {
            Print(result, await client.GetFleetAsync(ct));
            if (GlobalOptions.FormatOf(result) == OutputFormat.Table)
            {
                Waiting(await OpenLosses.ReadAsync(client, null, ct));
            }

            return 0;
        });

    /// <summary>What does not go on by itself in losses that are not over.</summary>
    private static void Waiting(IReadOnlyList<LossLine> lines)
    {
        var stuck = lines.Where(l => l.IsStuck).ToList();
        if (stuck.Count == 0)
        {
            return;
        }

        Console.Out.WriteLine($"{Environment.NewLine}Waiting in losses that are not over:");
        foreach (var line in stuck.Take(MostLines))
        {
            Console.Out.WriteLine($"  {line.Application}: {line}");
        }

        if (stuck.Count > MostLines)
        {
            Console.Out.WriteLine($"  and {stuck.Count - MostLines} more: {string.Join(", ", stuck.Skip(MostLines).Select(l => $"kairship report show {l.Report}").Distinct().Take(3))}");
        }
    }

    private static Command ReleaseBrake() => new Command(
        "release-brake", "Lets failovers go on in spite of what is lost now. Make sure first that the clusters are lost, and not that Kairship is cut off from them.")
        .WithExamples("kairship fleet release-brake").Calls(async (result, client, ct) => Print(result, await client.ReleaseBrakeAsync(ct)));

    private static int Print(ParseResult result, FleetInfo fleet)
    {
        if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
        {
            return Printer.PrintWhole(result, fleet);
        }

        (string Name, string? Value)[] lines =
        [
            ("Clusters", $"{fleet.Clusters}, {fleet.Ready} ready, {fleet.NotReady} not ready, {fleet.Unreachable} unreachable"), ("Lost", string.Join(", ", fleet.Lost)),
            ("Suspected", string.Join(", ", fleet.Suspected)), ("May be lost", $"{fleet.Allowed} at once"), ("Brake", fleet.Brake.On ? "on" : fleet.Brake.Go ? "off" : "not known yet"),
            ("", fleet.Brake.On ? "Make sure that they are lost and Kairship is not cut off, then: kairship fleet release-brake (failovers go on, and what is lost now does not count until it is back)" : null),
            ("Because", fleet.Brake.Why), ("Accepted", string.Join(", ", fleet.Brake.Accepted)),
            ("Released", fleet.Brake is { ReleasedBy: { } by, ReleasedAt: { } at } ? $"by {by}, {Printer.Ago(at)}" : null),
        ];
        foreach (var (name, value) in lines.Where(l => !string.IsNullOrEmpty(l.Value)))
        {
            Console.Out.WriteLine($"{(name.Length > 0 ? name + ":" : ""),-14}{value}");
        }

        return 0;
    }
}
