using System.CommandLine;
using Kairship.Cli.Output;
using Kairship.Cli.Workflows;
using Spectre.Console;

namespace Kairship.Cli.Demo;

internal static class DemoCommand
{
    public static Command Create()
    {
        var yes = new Option<bool>("--yes", "-y") { Description = "Approve without asking" };
        var exit = new Option<bool>("--exit") { Description = "End after the summary instead of serving on" };
        var data = new Option<string?>("--data") { Description = "Folder for everything [default: a new one that is removed at the end]" };
        return new Command("demo", "Shows the main job on three simulated clusters: deploys the storefront, releases v2 as a canary with an approval, kills its own server in the middle of it, starts it again and goes on, then releases a broken v3 and watches it being rolled back.") { yes, exit, data }
            .WithExamples("kairship demo", "kairship demo --yes --exit")
            .Does(async (result, cancellationToken) =>
            {
                var folder = result.GetValue(data) is { } wanted ? Path.GetFullPath(wanted) : Path.Combine(Path.GetTempPath(), $"kairship-demo-{Guid.NewGuid():n}"[..26]);
                Directory.CreateDirectory(folder);
                await using var stage = new DemoStage(folder);
                var story = new DemoStory(stage, AnsiConsole.Console, result.GetValue(yes));
                var good = await story.PlayAsync(cancellationToken);
                if (!result.GetValue(exit))
                {
                    await ShowDesignerAsync(stage, cancellationToken);
                    AnsiConsole.MarkupLineInterpolated($"\nStill serving [link]{stage.Address}[/]. Look around in another terminal, for example:");
                    AnsiConsole.MarkupLineInterpolated($"[grey]  export KAIRSHIP_SERVER={stage.Address} KAIRSHIP_TOKEN=$(cat {stage.AdminKeyFile})[/]");
                    AnsiConsole.MarkupLineInterpolated($"[grey]  kairship sim fault gcp-iowa unreachable --for 1m --state {stage.Clusters}[/]");
                    AnsiConsole.MarkupLine("[grey]  kairship history storefront[/]\nCtrl+C ends it.");
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                await stage.DisposeAsync();
                if (good && result.GetValue(data) is null)
                {
                    Directory.Delete(folder, recursive: true);
                }

                return good ? 0 : ExitCodes.Refused;
            });
    }

    private static async Task ShowDesignerAsync(DemoStage stage, CancellationToken cancellationToken)
    {
        using var client = stage.Connect();
        var link = await client.MakeSignInLinkAsync(cancellationToken);
        AnsiConsole.MarkupLine("\nThe workflows of these releases, and how they went, in the designer (this link signs in once, for half an hour):");
        Console.Out.WriteLine($"  {StudioCommand.Address(stage.Address, link.Path)}");
    }
}
