using System.CommandLine;
using Kairship.Api.Clusters;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

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
            .Calls(async (result, client, ct) => Print(
                result, await client.ConfirmFencedAsync(result.GetRequiredValue(name), new ConfirmFencedRequest(result.GetRequiredValue(how), result.GetValue(loss)), ct)));
    }

    private static int Print(ParseResult result, FencingInfo fencing) => Printer.Print(
        result, fencing, [fencing], ["Cluster", "Loss", "State", "By", "How"], f => [f.Cluster, f.Loss?.ToString(System.Globalization.CultureInfo.InvariantCulture), f.State, f.By, f.How]);
}
