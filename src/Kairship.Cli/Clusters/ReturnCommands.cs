using System.CommandLine;
using Kairship.Api.Clusters;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Clusters;

/// <summary>What a cluster that came back has and should not.</summary>
internal static class ReturnCommands
{
    public static Command Return()
    {
        var name = new Argument<string>("name");
        var again = new Option<bool>("--again") { Description = "Compare now, and fence what is stale" };
        return new Command("return", "Shows how a cluster that came back was compared with what it should have: what was scaled down or deleted, and what waits for a person") { name, again }
            .WithExamples("kairship cluster return east", "kairship cluster return east --again")
            .Calls(async (result, client, ct) => Print(
                result, result.GetValue(again) ? await client.CompareReturnedAsync(result.GetRequiredValue(name), ct) : await client.GetReturnAsync(result.GetRequiredValue(name), ct)));
    }

    private static int Print(ParseResult result, ReturnInfo found)
    {
        if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
        {
            return Printer.PrintWhole(result, found);
        }

        Console.Out.WriteLine($"{found.Cluster}: {Say(found.State)}{(found.ComparedAt is { } at ? $" Compared last {Printer.Ago(at)}, after loss {found.Loss}." : "")}");
        foreach (var sentence in found.Unread.Concat(found.Busy))
        {
            Console.Out.WriteLine(sentence);
        }

        if (found.Items.Count > 0)
        {
            Console.Out.WriteLine();
            Printer.Print(result, found, found.Items, ["Object", "Application", "Next", "Why"], i => [i.Object, i.Application, i.Action, i.Sentence]);
        }

        if (found.Fenced.Count > 0)
        {
            Console.Out.WriteLine();
            Printer.Print(result, found, found.Fenced, ["Fenced", "Application", "How", "When"], f => [f.Object, f.Application, f.Action, Printer.Ago(f.At)]);
        }

        return 0;
    }

    private static string Say(string state) => state switch
    {
        "NotBack" => "It is not back: it is not ready now, or was never lost. There is nothing to compare.",
        "NotCompared" => "NotCompared. It is back and was not compared yet; until then nothing new goes there.",
        "Fencing" => "Fencing. What is stale there is being scaled down and deleted; until then nothing new goes there.",
        "Held" => "Held. It was compared, and something waits for a person.",
        "Waiting" => "Waiting. Some applications are being changed and are compared after that.",
        "Clean" => "Clean. It runs what it should.",
        _ => $"{state}.",
    };
}
