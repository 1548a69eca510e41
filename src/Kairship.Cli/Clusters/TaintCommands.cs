using System.CommandLine;
using Kairship.Api.Clusters;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Clusters;

/// <summary>Taints of clusters, as kubectl writes those of nodes.</summary>
internal static class TaintCommands
{
    private const string Cordoned = "kairship.io/cordoned";
    private const string NoSchedule = "NoSchedule";
    private static readonly string[] Effects = [NoSchedule, "NoExecute", "PreferNoSchedule"];

    public static Command Taint()
    {
        var name = new Argument<string>("name");
        var taints = new Argument<string[]>("taints")
        {
            Description = "key=value:Effect or key:Effect sets one; key:Effect- removes it, key- all of the key. Effects: NoSchedule (nothing new comes), NoExecute (what is there goes, too), PreferNoSchedule",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("taint", "Sets and removes taints, which keep applications away that do not tolerate them") { name, taints };
        command.Validators.Add(given =>
        {
            foreach (var text in given.GetValue(taints) ?? [])
            {
                if (Read(text) is null)
                {
                    given.AddError($"'{text}' is no taint: key=value:Effect or key:Effect sets one, key:Effect- or key- removes; effects are {string.Join(", ", Effects)}.");
                }
            }
        });
        return command
            .WithExamples("kairship cluster taint east maintenance=disks:NoSchedule", "kairship cluster taint east maintenance:NoSchedule-")
            .Calls((result, client, ct) =>
            {
                var read = result.GetRequiredValue(taints).Select(t => Read(t)!.Value).ToList();
                return ChangeAsync(result, client, result.GetRequiredValue(name), new ChangeTaintsRequest([.. read.Select(r => r.Set).OfType<TaintToSet>()], [.. read.Select(r => r.Remove).OfType<TaintToRemove>()]), ct);
            });
    }

    public static Command Cordon()
    {
        var name = new Argument<string>("name");
        return new Command("cordon", "Keeps everything new away from a cluster; what is there stays") { name }.WithExamples("kairship cluster cordon east")
            .Calls((result, client, ct) => ChangeAsync(result, client, result.GetRequiredValue(name), new ChangeTaintsRequest([new TaintToSet(Cordoned, NoSchedule)]), ct));
    }

    public static Command Uncordon()
    {
        var name = new Argument<string>("name");
        return new Command("uncordon", "Lets new things into a cluster again") { name }.WithExamples("kairship cluster uncordon east")
            .Calls((result, client, ct) => ChangeAsync(result, client, result.GetRequiredValue(name), new ChangeTaintsRequest(null, [new TaintToRemove(Cordoned)]), ct));
    }

    /// <summary>For lists: keys and effects of all that keeps something away.</summary>
    public static string? Short(ClusterInfo cluster) => cluster.Taints.Count == 0 ? null : string.Join(",", cluster.Taints);

    private static async Task<int> ChangeAsync(ParseResult result, Api.KairshipClient client, string name, ChangeTaintsRequest change, CancellationToken cancellationToken)
    {
        var cluster = await client.ChangeTaintsAsync(name, change, cancellationToken);
        return Printer.Print(
            result, cluster, cluster.Taints, ["Taint", "Since", "Set by"], t => [t.ToString(), t.TimeAdded is { } since ? Printer.Ago(since) : null, t.ByCondition ? "its condition" : "people"]);
    }

    private static (TaintToSet? Set, TaintToRemove? Remove)? Read(string text)
    {
        var removes = text.EndsWith('-');
        var (left, effect) = (removes ? text[..^1] : text).Split(':') switch
        {
            [var only] when removes => (only, null),
            [var key, var named] when Effects.Contains(named) => (key, named),
            _ => ("", null),
        };
        return left.Split('=') switch
        {
            [""] or ["", _] => null,
            [var key] when removes => (null, new TaintToRemove(key, effect)),
            [var key, _] when removes => (null, new TaintToRemove(key, effect)),
            [var key] => (new TaintToSet(key, effect!), null),
            [var key, var value] => (new TaintToSet(key, effect!, value), null),
            _ => null,
        };
    }
}
