using System.CommandLine;
using Kairship.Api.Applications;
using Kairship.Cli.Output;
using Spectre.Console;

namespace Kairship.Cli.Applications;

/// <summary>How changes of objects are shown: + comes, - goes, ~ changes, ! stands in the way. Coloured on a terminal only.</summary>
internal static class ChangeView
{
    public static Option<string[]> ClusterOption() => new("--cluster", "-c") { Description = "Shows this cluster only, again for each", DefaultValueFactory = _ => [] };

    /// <exception cref="CommandException">A name is none of theirs.</exception>
    public static IReadOnlyList<T> Only<T>(IReadOnlyList<T> clusters, Func<T, string> name, string[] wanted)
    {
        if (wanted.FirstOrDefault(w => clusters.All(c => name(c) != w)) is { } unknown)
        {
            throw new CommandException($"'{unknown}' is none of its clusters: {string.Join(", ", clusters.Select(name))}", 2);
        }

        return wanted.Length == 0 ? clusters : [.. clusters.Where(c => wanted.Contains(name(c)))];
    }

    /// <summary>"~ Deployment/web".</summary>
    public static void Line(string indent, string action, string name, string? note)
    {
        var (sign, colour) = action switch
        {
            "Create" or "Missing" => ("+", "green"),
            "Delete" or "Extra" => ("-", "red"),
            "Recreate" => ("±", "red"),
            _ => ("~", "yellow"),
        };
        AnsiConsole.MarkupLine($"{indent}[{colour}]{sign} {name.EscapeMarkup()}[/]{(note is null ? "" : $" [grey]({note.EscapeMarkup()})[/]")}");
    }

    /// <summary>A line for each value that goes and each that comes.</summary>
    public static void Fields(string indent, IReadOnlyList<FieldChangeInfo> changes)
    {
        foreach (var change in changes)
        {
            if (change.Before is not null)
            {
                AnsiConsole.MarkupLineInterpolated($"{indent}[red]-   {change.Path}: {change.Before}[/]");
            }

            if (change.After is not null)
            {
                AnsiConsole.MarkupLineInterpolated($"{indent}[green]+   {change.Path}: {change.After}[/]");
            }
        }
    }

    public static void Problems(string indent, string cluster, IReadOnlyList<PlanProblemInfo> problems)
    {
        foreach (var problem in problems)
        {
            AnsiConsole.MarkupLineInterpolated($"{indent}[red]! {problem.Object ?? cluster}: {problem.Message}[/]");
        }
    }

    public static string Name(string kind, string? ns, string name) => ns is null ? $"{kind}/{name}" : $"{kind}/{ns}/{name}";
}
