using Kairship.Api.Placements;
using Spectre.Console;

namespace Kairship.Cli.Placements;

/// <summary>A placement at one glance: who is in, with how much, and why the others are not.</summary>
internal static class PlacementView
{
    public static void Show(PlacementInfo placement)
    {
        var chosen = placement.Clusters.Count(c => c.IsChosen);
        var verdict = placement.IsPlaced ? $"[green]placed[/] in {chosen} cluster(s)" : "[red]cannot be placed[/]";
        var alternative = placement.Alternative is { } name ? $", by the alternative {name.EscapeMarkup()}" : "";
        AnsiConsole.MarkupLine($"[bold]{placement.Application.EscapeMarkup()}[/] {(placement.Revision ?? "").EscapeMarkup()} {verdict}{alternative}");
        if (placement.Unschedulable is { } why)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{why}[/]");
        }

        foreach (var sentence in placement.Alternatives.Concat(placement.Divisions))
        {
            AnsiConsole.MarkupLineInterpolated($"  {sentence}");
        }

        AnsiConsole.WriteLine();
        AnsiConsole.Write(Clusters(placement));
        if (placement.MoreClusters > 0)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]and {placement.MoreClusters} more clusters that are not chosen[/]");
        }

        foreach (var note in placement.Notes)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]note:[/] {note}");
        }
    }

    private static Table Clusters(PlacementInfo placement)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var column in (string[])["cluster", "chosen", "replicas", "room"])
        {
            table.AddColumn(new TableColumn(Head(column)) { NoWrap = true, Padding = new Padding(0, 0, 3, 0) });
        }

        table.AddColumn(new TableColumn(Head("why")));
        foreach (var cluster in placement.Clusters)
        {
            table.AddRow(
                new Text(cluster.Cluster), State(cluster), new Text(Replicas(cluster)), new Text(cluster.Available is null or int.MaxValue ? "-" : $"{cluster.Available}"),
                new Text(Why(cluster)));
        }

        return table;
    }

    private static Text Head(string column) => new(column.ToUpperInvariant(), new Style(decoration: Decoration.Bold));

    private static Text State(PlacedClusterInfo cluster) => cluster switch
    {
        { IsChosen: true, Before.Count: 0 } => new Text("yes", new Style(Color.Green)),
        { IsChosen: true } => new Text("stays", new Style(Color.Green)),
        { IsLeft: true } => new Text("leaves", new Style(Color.Yellow)),
        _ => new Text("no", new Style(Color.Grey)),
    };

    /// <summary>"web 2→3, api 1": what it has, and what it gets where that differs.</summary>
    private static string Replicas(PlacedClusterInfo cluster)
    {
        var workloads = cluster.Replicas.Keys.Concat(cluster.Before.Keys).Distinct().Order(StringComparer.Ordinal);
        var words = string.Join(", ", workloads.Select(w => (Name: w[(w.IndexOf('/', StringComparison.Ordinal) + 1)..], Before: cluster.Before.GetValueOrDefault(w), After: cluster.Replicas.GetValueOrDefault(w)))
            .Select(w => w.Before == w.After || w.Before == 0 ? $"{w.Name} {w.After}" : $"{w.Name} {w.Before}→{w.After}"));
        return words.Length == 0 ? "-" : words;
    }

    // The row says already which cluster it is about, and whether it is chosen.
    private static string Why(PlacedClusterInfo cluster)
    {
        foreach (var beginning in (string[])[$"{cluster.Cluster} is chosen: ", $"{cluster.Cluster} is not chosen: "])
        {
            if (cluster.Sentence.StartsWith(beginning, StringComparison.Ordinal))
            {
                return cluster.Sentence[beginning.Length..];
            }
        }

        return cluster.Sentence;
    }
}
