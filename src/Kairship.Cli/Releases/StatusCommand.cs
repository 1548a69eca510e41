using System.CommandLine;
using Kairship.Api;
using Kairship.Cli.Output;
using Spectre.Console;

namespace Kairship.Cli.Releases;

internal static class StatusCommand
{
    public static Command Create()
    {
        var subject = new Argument<string>("application-or-release");
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on showing it until it is over" };
        return new Command("status", "Shows how a release stands, a row for each cluster. Of an application: its release under way, or its last.") { subject, watch }
            .WithExamples("kairship status storefront --watch", "kairship status storefront-7 -o json")
            .Calls(async (result, client, ct) =>
            {
                var id = await FindAsync(client, result.GetRequiredValue(subject), ct);
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
                return 0;
            });
    }

    private static async Task<string> FindAsync(KairshipClient client, string subject, CancellationToken cancellationToken)
    {
        try
        {
            var application = await client.GetApplicationAsync(subject, cancellationToken);
            return (application.ActiveRelease ?? application.LastRelease)?.Id
                ?? throw new CommandException($"{subject} was never released: start with 'kairship release {subject} --source FILE'");
        }
        catch (KairshipApiException e) when (e.Status == 404)
        {
            return subject;
        }
    }
}
