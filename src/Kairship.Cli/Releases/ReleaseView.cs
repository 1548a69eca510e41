using System.CommandLine;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Kairship.Cli.Releases;

/// <summary>A release on the terminal: a row for each cluster, redrawn in place; line by line where the output is no terminal.</summary>
internal static class ReleaseView
{
    /// <summary>Shows a release until it is over; the exit code says how it ended.</summary>
    public static async Task<int> FollowAsync(ParseResult result, KairshipClient client, string releaseId, CancellationToken cancellationToken)
    {
        var table = GlobalOptions.FormatOf(result) == OutputFormat.Table;
        var last = await FollowAsync(client, releaseId, table ? AnsiConsole.Console : null, null, cancellationToken);
        if (!table)
        {
            Printer.PrintWhole(result, last);
        }

        return ExitCodes.Of(last.Release.Status);
    }

    /// <param name="console">Where to show it; null: nowhere.</param>
    /// <param name="onChange">Told of every change; true: stop following.</param>
    /// <param name="lines">What told the release before, when it is followed again.</param>
    public static async Task<ReleaseDetail> FollowAsync(
        KairshipClient client, string releaseId, IAnsiConsole? console, Func<ReleaseDetail, Task<bool>>? onChange, CancellationToken cancellationToken,
        ReleaseLines? lines = null)
    {
        ReleaseDetail? last = null;
        lines ??= LinesFor(console);
        var options = new WatchOptions { Interval = TimeSpan.FromMilliseconds(300), Connection = trouble => lines?.Connection(trouble) };
        async Task ShowAsync(Action<ReleaseDetail>? draw)
        {
            await foreach (var detail in client.WatchReleaseAsync(releaseId, options, cancellationToken: cancellationToken))
            {
                last = detail;
                draw?.Invoke(detail);
                if (onChange is not null && await onChange(detail))
                {
                    return;
                }
            }
        }

        if (console is null)
        {
            await ShowAsync(null);
        }
        else if (lines is not null)
        {
            await ShowAsync(lines.Show);
        }
        else
        {
            await console.Live(new Text("")).StartAsync(live => ShowAsync(detail =>
            {
                live.UpdateTarget(Render(detail));
                live.Refresh();
            }));
        }

        return last!;
    }

    /// <summary>What tells a release line by line; null where the console is a terminal, which is redrawn instead.</summary>
    public static ReleaseLines? LinesFor(IAnsiConsole? console) =>
        console is null || (console.Profile.Capabilities.Interactive && !Console.IsOutputRedirected) ? null : new ReleaseLines(console);

    public static IRenderable Render(ReleaseDetail detail)
    {
        var release = detail.Release;
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle($"{release.Id}: {What(release)}   {release.Status}") };
        table.AddColumns("Cluster", "Wave", "Phase", "Weight", "Ready", "Health", "");
        foreach (var c in detail.Clusters)
        {
            var untouched = c.Phase == "Waiting";
            table.AddRow(
                new Text(c.Cluster), new Text(c.Wave), Printer.Cell(c.Phase), new Text(c.Weight == 0 ? "-" : $"{c.Weight} %"),
                new Text(untouched ? "-" : $"{c.Ready}/{c.Desired}"), Printer.Cell(untouched ? "-" : c.Health), new Text(Short(c.Message), new Style(Color.Grey)));
        }

        List<IRenderable> parts = [table];
        if (detail.PendingApproval is { } approval)
        {
            parts.Add(new Markup($"[blue]waits for an approval:[/] kairship approve {approval.Id.EscapeMarkup()}   (plan {approval.PlanDigest[..12]})"));
            if (detail.Events.LastOrDefault(e => e.Kind == "ApprovalRequested") is { } asked)
            {
                parts.Add(new Text(asked.Message));
            }
        }

        if (release.Cause is not null)
        {
            parts.Add(new Text(release.Cause));
        }

        if (release.Reason is not null)
        {
            parts.Add(new Markup($"[red]{release.Reason.EscapeMarkup()}[/]"));
        }

        return new Rows(parts);
    }

    private static string What(ReleaseInfo release) =>
        release.Kind == "Release" ? $"{release.FromRevision ?? "(nothing)"} → {release.Revision}" : $"{release.Kind.ToLowerInvariant()} of {release.Revision}";

    private static string Short(string? message) => message is null ? "" : message.Length > 60 ? message[..57] + "..." : message;
}
