using System.CommandLine;
using Kairship.Api.Clusters;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Spectre.Console;

namespace Kairship.Cli.Clusters;

/// <summary>What must not run twice leaves a lost cluster only when somebody has made sure that it runs nothing.</summary>
internal static class FencingCommands
{
    public static Command ConfirmFenced()
    {
        var name = new Argument<string>("name");
        var how = new Option<string>("--how") { Description = "What was done, for those who read it afterwards", Required = true };
        var loss = new Option<long?>("--loss") { Description = "The loss that you saw, by its number ('cluster show' has it) [default: the present one]" };
        return new Command("confirm-fenced", "Says that a lost cluster runs nothing any more, so that stateful applications may be moved away from it. Make sure first: two of them would write the same data.") { name, how, loss }
            .WithExamples("kairship cluster confirm-fenced east --how \"powered off in the rack\"")
            .Calls(async (result, client, ct) =>
            {
                var said = result.GetRequiredValue(how);
                var fencing = await client.ConfirmFencedAsync(result.GetRequiredValue(name), new ConfirmFencedRequest(said, result.GetValue(loss)), ct);
                if (fencing.How != said.Trim())
                {
                    Run.Errors.MarkupLineInterpolated($"[yellow]note:[/] it was confirmed before, by {fencing.By}{(fencing.At is { } at ? $" {Printer.Ago(at)}" : "")}: that stays, and what you said is not kept.");
                }

                return Print(result, fencing);
            });
    }

    private static int Print(ParseResult result, FencingInfo fencing) => Printer.Print(
        result, fencing, [fencing], ["Cluster", "Loss", "State", "By", "How"], f => [f.Cluster, f.Loss?.ToString(System.Globalization.CultureInfo.InvariantCulture), f.State, f.By, f.How]);
}
