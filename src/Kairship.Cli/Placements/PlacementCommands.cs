using System.CommandLine;
using Kairship.Api.Placements;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Placements;

internal static class PlacementCommands
{
    public static Command Create() => new Command("placement", "Where applications go, and why.") { Explain(), Simulate() }
        .WithExamples("kairship placement explain storefront", "kairship placement simulate -f application.yaml --without east");

    private static Command Explain()
    {
        var application = new Argument<string>("application");
        return new Command(
                "explain", "Tells of every cluster why the application is there or is not, as it would be decided now. Ends with 0 when it is placed, with 2 when it cannot be placed.") { application }
            .WithExamples("kairship placement explain storefront", "kairship placement explain storefront -o json")
            .Calls(async (result, client, ct) => Show(result, await client.ExplainPlacementAsync(result.GetRequiredValue(application), ct)));
    }

    private static Command Simulate()
    {
        var file = new Option<string>("--file", "-f") { Description = "File with the application ('-': standard input)", Required = true };
        var source = new Option<string?>("--source") { Description = "Manifests: a file or a folder of them [default: the application's own source, else what is released now]" };
        var without = new Option<string[]>("--without") { Description = "As if this cluster were lost, again for each", DefaultValueFactory = _ => [] };
        var tolerate = new Option<string[]>("--tolerate") { Description = "As if it bore this taint (key=value:Effect, key:Effect or key), again for each", DefaultValueFactory = _ => [] };
        var fresh = new Option<bool>("--fresh") { Description = "Divides anew, without holding on to what is where" };
        return new Command(
                "simulate", "Tells where an application would go, without some clusters for example. Writes nothing. Ends with 0 when it is placed, with 2 when it cannot be placed.")
            { file, source, without, tolerate, fresh }
            .WithExamples(
                "kairship placement simulate -f application.yaml --without east", "kairship placement simulate -f application.yaml --source v2.yaml -o json",
                "kairship placement simulate -f application.yaml --tolerate kairship.io/cordoned --fresh")
            .Calls(async (result, client, ct) =>
            {
                var manifests = result.GetValue(source) is { } path ? await Sources.ReadAsync(path, ct) : null;
                var request = new SimulatePlacementRequest(
                    await Sources.ReadAsync(result.GetRequiredValue(file), ct), manifests, result.GetValue(without), result.GetValue(tolerate), result.GetValue(fresh));
                return Show(result, await client.SimulatePlacementAsync(request, ct));
            });
    }

    private static int Show(ParseResult result, PlacementInfo placement)
    {
        if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
        {
            Printer.PrintWhole(result, placement);
        }
        else
        {
            PlacementView.Show(placement);
        }

        return placement.IsPlaced ? 0 : ExitCodes.Unschedulable;
    }
}
