using Kairship.Api.Releases;
using Spectre.Console;

namespace Kairship.Cli.Releases;

/// <summary>For logs and pipes: what is new of a release since the last look, a line each. One of them tells a whole release, over any number of looks.</summary>
internal sealed class ReleaseLines(IAnsiConsole console)
{
    private readonly HashSet<string> _told = [];
    private readonly Dictionary<string, string> _clusters = [];

    public void Show(ReleaseDetail detail)
    {
        foreach (var line in detail.Events.Where(e => _told.Add($"{e.At:O}{e.Kind}{e.Cluster}")))
        {
            console.WriteLine($"{line.At:HH:mm:ss} {line.Kind,-18} {line.Message}");
        }

        foreach (var c in detail.Clusters)
        {
            var text = $"{c.Phase} weight {c.Weight} ready {c.Ready}/{c.Desired} {c.Health}";
            if (_clusters.GetValueOrDefault(c.Cluster) != text)
            {
                _clusters[c.Cluster] = text;
                console.WriteLine($"{c.UpdatedAt:HH:mm:ss} {c.Cluster,-18} wave {c.Wave} {text}");
            }
        }

        if (detail.Release.IsOver && _told.Add("over"))
        {
            console.WriteLine($"{detail.Release.FinishedAt:HH:mm:ss} {detail.Release.Id} {detail.Release.Status} {detail.Release.Reason}".TrimEnd());
        }
    }

    /// <param name="trouble">Why the server does not answer; null: it is back.</param>
    public void Connection(string? trouble) =>
        console.WriteLine(trouble is null ? "the server is back" : $"the server does not answer ({trouble}); waiting for it, the release does not need this terminal");
}
