using System.CommandLine;
using Kairship.Api;
using Kairship.Cli.Output;
using Kairship.Cli.Reports;
using Spectre.Console;

namespace Kairship.Cli.Releases;

internal static class StatusCommand
{
    private const int MostLosses = 10;

    public static Command Create()
    {
        var subject = new Argument<string>("application-or-release");
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on showing it until it is over" };
        return new Command("status", "Shows how a release stands, a row for each cluster. Of an application: its release under way, or its last, and what became of it where a cluster is lost.") { subject, watch }
            .WithExamples("kairship status storefront --watch", "kairship status storefront-7 -o json")
            .Calls(async (result, client, ct) =>
            {
                var (id, application) = await FindAsync(client, result.GetRequiredValue(subject), ct);
                if (result.GetValue(watch))
                {
                    return await ReleaseView.FollowAsync(result, client, id, ct);
                }

                var detail = await client.GetReleaseAsync(id, ct);
                if (Connection.GlobalOptions.FormatOf(result) != OutputFormat.Table)
                {
                    return Printer.PrintWhole(result, detail);
                }

                AnsiConsole.Write(ReleaseView.Render(detail));
                await TellLossesAsync(client, application, ct);
                return 0;
            });
    }

    /// <summary>The last release went well, and its cluster is lost since: the release does not say that.</summary>
    private static async Task TellLossesAsync(KairshipClient client, string? application, CancellationToken cancellationToken)
    {
        if (application is null)
        {
            return;
        }

        foreach (var line in (await OpenLosses.ReadAsync(client, application, cancellationToken)).Take(MostLosses))
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{line.Cluster} is lost:[/] {line.Sentence}");
            if (line.Type is not null)
            {
                AnsiConsole.MarkupLineInterpolated($"  [blue]to approve it:[/] {line.Type}");
            }
        }
    }

    /// <returns>The application is null where a release was named.</returns>
    private static async Task<(string Release, string? Application)> FindAsync(KairshipClient client, string subject, CancellationToken cancellationToken)
    {
        try
        {
            var application = await client.GetApplicationAsync(subject, cancellationToken);
            return ((application.ActiveRelease ?? application.LastRelease)?.Id
                ?? throw new CommandException($"{subject} was never released: start with 'kairship release {subject} --source FILE'"), subject);
        }
        catch (KairshipApiException e) when (e.Status == 404)
        {
            return (subject, null);
        }
    }
}
