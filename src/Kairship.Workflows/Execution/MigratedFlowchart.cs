using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution;

/// <summary>The tokens of one run of a flowchart in another version of it: those that wait at joins are found again by source, outcome and target.</summary>
/// <param name="live">Children that run, in the old version.</param>
internal sealed class MigratedFlowchart(
    ExecutionState execution, ActivityNode old, ActivityNode target, MigrationPlan plan, IReadOnlyList<ActivityNode> live, IReadOnlyDictionary<string, int> iterations,
    Action<string?, string, string> problem)
{
    private readonly FlowchartGraph before = old.Flowchart!;
    private readonly FlowchartGraph after = target.Flowchart!;
    private readonly FlowchartPlan shape = FlowchartPlan.Of(target.Flowchart!);

    public void Apply()
    {
        var waiting = Waiting();
        var moved = waiting.Select(Find).ToArray();
        if (moved.Any(connection => connection is null))
        {
            return;
        }

        CheckJoins([.. moved.Select(connection => connection!.Value)]);
        CheckReruns([.. live.Concat(waiting.Select(c => c.Target)).Distinct()]);
        if (moved.Length > 0)
        {
            execution.State!["t"] = new JsonArray([.. moved.Order().Select(connection => JsonValue.Create(connection!.Value))]);
        }
    }

    private Connection[] Waiting() =>
        execution.State?["t"] is JsonArray numbers ? [.. numbers.Select(n => before.Connections[n!.GetValue<int>()])] : [];

    private int? Find(Connection connection)
    {
        var (source, goal) = (plan.Map(connection.Source.Id), plan.Map(connection.Target.Id));
        for (var i = 0; i < after.Connections.Count; i++)
        {
            var candidate = after.Connections[i];
            if (candidate.Source.Id == source && candidate.Target.Id == goal && candidate.SourcePort.Equals(connection.SourcePort, StringComparison.OrdinalIgnoreCase)
                && !shape.IsBack(i) && shape.IsJoin(shape.Target(i)))
            {
                return i;
            }
        }

        problem(connection.Target.Id, MigrationCode.ConnectionGone,
            $"'{connection.Target.Id}' has been reached from '{connection.Source.Id}' ({connection.SourcePort}) and waits for others; the new version has no such connection into a join there.");
        return null;
    }

    /// <summary>A join that waits for all must still be able to get what it misses.</summary>
    private void CheckJoins(int[] waiting)
    {
        var tokens = live.Select(n => shape.Node(Now(n)!)).Concat(waiting.Select(shape.Target)).Distinct().ToArray();
        foreach (var join in waiting.Select(shape.Target).Distinct().Where(j => FlowchartSemantics.WaitsForAll(shape.Activity(j))))
        {
            foreach (var missing in shape.ForwardInto(join).Where(c => !waiting.Contains(c) && !tokens.Any(t => t != join && shape.CanArrive(t, c))))
            {
                var connection = after.Connections[missing];
                problem(shape.Activity(join).Id, MigrationCode.JoinStarved,
                    $"'{shape.Activity(join).Id}' waits for all of its connections in the new version, and nothing can come from '{connection.Source.Id}' any more.");
            }
        }
    }

    /// <summary>What completed must not lie ahead of a token, unless a loop led there before.</summary>
    private void CheckReruns(IReadOnlyList<ActivityNode> tokens)
    {
        var loops = Ahead(before, tokens);
        var ahead = Ahead(after, [.. tokens.Select(Now).OfType<ActivityNode>()]);
        foreach (var completed in old.Child("Activities").Where(a => iterations.ContainsKey(a.Id) && !loops.Contains(a.Id) && !live.Contains(a)))
        {
            if (Now(completed) is { } now && ahead.Contains(now.Id))
            {
                problem(completed.Id, MigrationCode.WouldRerun, $"'{completed.Id}' has completed; in the new version it comes after what is still to be done and would run again.");
            }
        }
    }

    private ActivityNode? Now(ActivityNode node) => target.Child("Activities").FirstOrDefault(a => a.Id == plan.Map(node.Id));

    private static HashSet<string> Ahead(FlowchartGraph chart, IReadOnlyList<ActivityNode> tokens)
    {
        var seen = new HashSet<string>();
        var pending = new Stack<string>(tokens.Select(t => t.Id));
        while (pending.TryPop(out var id))
        {
            foreach (var next in chart.Outgoing[id].Select(c => c.Target.Id).Where(seen.Add))
            {
                pending.Push(next);
            }
        }

        return seen;
    }
}
