using System.CommandLine;
using System.Globalization;
using Kairship.Api.Scaling;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Spectre.Console;

namespace Kairship.Cli.Scaling;

internal static class ScaleCommands
{
    public static Command Create()
    {
        var application = new Argument<string>("application");
        var replicas = new Option<int>("--replicas") { Description = "Replicas over all clusters together, within the limits of spec.scaling", Required = true };
        return new Command("scale", "Gives an application a total of replicas over all its clusters, by a release. 'kairship scale status' tells what is wanted by itself.") { application, replicas, Status() }
            .WithExamples("kairship scale storefront --replicas 12", "kairship scale status storefront")
            .Calls(async (result, client, ct) =>
            {
                var release = await client.ScaleAsync(result.GetRequiredValue(application), new ScaleRequest(result.GetValue(replicas)), ct);
                return Printer.PrintWhole(result, release);
            });
    }

    private static Command Status()
    {
        var application = new Argument<string>("application");
        return new Command("status", "Tells how many replicas an application has and should have, by which metric or rule, and since when.") { application }
            .WithExamples("kairship scale status storefront", "kairship scale status storefront -o json")
            .Calls(async (result, client, ct) =>
            {
                var scaling = await client.GetScalingAsync(result.GetRequiredValue(application), ct);
                if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
                {
                    return Printer.PrintWhole(result, scaling);
                }

                Show(scaling);
                return 0;
            });
    }

    private static void Show(ScalingInfo scaling)
    {
        var has = scaling.Current is { } current ? $"{current} replicas ({scaling.Ready?.ToString(CultureInfo.InvariantCulture) ?? "?"} ready)" : "replicas by its clusters' autoscalers";
        var wants = scaling.Wanted is { } wanted && wanted != scaling.Current ? $", {wanted} are wanted since {scaling.Since:u}" : "";
        AnsiConsole.MarkupLine($"[bold]{scaling.Application.EscapeMarkup()}[/] {has.EscapeMarkup()}{wants}; {scaling.Min} to {scaling.Max} allowed{(scaling.Rule is null ? "" : $" by the rule {scaling.Rule.EscapeMarkup()} since {scaling.RuleSince:u}")}");
        AnsiConsole.MarkupLineInterpolated($"  {scaling.Verdict}: {scaling.Reason}");
        foreach (var metric in scaling.Metrics)
        {
            AnsiConsole.MarkupLineInterpolated($"  {metric.Sentence}");
        }

        if (scaling.WaitsFor is { } waits)
        {
            AnsiConsole.MarkupLineInterpolated($"  [yellow]waits:[/] {waits}");
        }

        if (scaling.NextRule is { } next)
        {
            AnsiConsole.MarkupLineInterpolated($"  The rules may change something at {next:u}.");
        }

        AnsiConsole.MarkupLineInterpolated($"  [grey]Looked at {scaling.LookedAt:u}{(scaling.LastRelease is null ? "" : $"; scaled last by {scaling.LastRelease}")}[/]");
    }
}
