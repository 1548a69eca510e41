namespace Kairship.Workflows.Definitions;

/// <summary>Finds what would hang or go wrong in a flowchart: joins that never complete, merges of which nobody can say what they wait for, busy loops, dead ends.</summary>
internal sealed class FlowchartChecks(Compilation run, FlowchartGraph graph, FlowchartOrder order, IReadOnlyList<ActivityNode> activities)
{
    private const int MaxLoopsChecked = 200;

    private JoinCertainty? certainty;

    public void Run()
    {
        foreach (var activity in activities.Where(a => !order.Reached.Contains(a)))
        {
            run.Warn(activity.Id, null, ProblemCode.Unreachable, $"'{activity.Id}' is not reached from the start '{graph.Start!.Id}': it never runs.");
        }

        CheckLoopsIntoJoins();
        CheckMerges();
        CheckLoops();
    }

    /// <summary>Elsa's Converge counts the connections that close a loop, too: the first round waits for the second.</summary>
    private void CheckLoopsIntoJoins()
    {
        foreach (var activity in activities.Where(a => a.ConvergesLoops && graph.Incoming[a.Id].Any(order.BackEdges.Contains)))
        {
            run.Error(activity.Id, "customProperties.mergeMode", ProblemCode.MergeMode,
                $"'{activity.Id}' converges all of its connections, and one of them comes from behind it: it would wait for itself. Use Merge.");
        }
    }

    private void CheckMerges()
    {
        var merges = activities.Where(a => order.Reached.Contains(a) && graph.IncomingForward[a.Id].Skip(1).Any()).ToArray();
        if (merges.Length == 0)
        {
            return;
        }

        var together = CoActivation.Of(graph, order);
        foreach (var merge in merges)
        {
            var arrivals = graph.IncomingForward[merge.Id].Where(c => order.Reached.Contains(c.Source)).ToArray();
            if (FlowchartSemantics.SaysHowItJoins(merge))
            {
                CheckJoin(merge, arrivals, together);
            }
            else
            {
                CheckMerge(merge, arrivals, together);
            }
        }
    }

    private void CheckJoin(ActivityNode join, Connection[] arrivals, CoActivation together)
    {
        if (!FlowchartSemantics.WaitsForAll(join))
        {
            return;
        }

        var property = FlowchartSemantics.JoinProperty(join);
        var never = graph.IncomingForward[join.Id].FirstOrDefault(c => !order.Reached.Contains(c.Source));
        if (never is not null)
        {
            run.Error(join.Id, property, ProblemCode.JoinNeverCompletes,
                $"The join '{join.Id}' waits for all of its connections, and '{never.Source.Id}' is never reached: remove that connection or use WaitAllActive.");
            return;
        }

        var pair = Pairs(arrivals).Cast<(Connection, Connection)?>().FirstOrDefault(p => together.Of(p!.Value.Item1, p.Value.Item2) == Together.Never);
        if (pair is var (one, other))
        {
            run.Error(join.Id, property, ProblemCode.JoinNeverCompletes,
                $"The join '{join.Id}' waits for all of its connections, but {Shown(one)} and {Shown(other)} never happen in one run: use WaitAllActive or WaitAny.");
        }
        else if ((certainty ??= new JoinCertainty(graph, order, together)).Doubt(join, arrivals) is { } doubt)
        {
            run.Warn(join.Id, property, ProblemCode.JoinMayNotComplete,
                $"The join '{join.Id}' waits for all of its connections, but {Shown(doubt)} may not come in a run in which others do: then it faults. Use WaitAllActive if that is meant.");
        }
    }

    private void CheckMerge(ActivityNode merge, Connection[] arrivals, CoActivation together)
    {
        (Connection, Connection)? exclusive = null;
        (Connection, Connection)? parallel = null;
        foreach (var (one, other) in Pairs(arrivals))
        {
            switch (together.Of(one, other))
            {
                case Together.Never:
                    exclusive ??= (one, other);
                    break;
                case Together.Can:
                    parallel ??= (one, other);
                    break;
            }
        }

        if (exclusive is var (a, b) && parallel is var (c, d))
        {
            run.Error(merge.Id, null, ProblemCode.AmbiguousMerge,
                $"It is not clear what '{merge.Id}' waits for: {Shown(a)} and {Shown(b)} exclude each other, while {Shown(c)} and {Shown(d)} can both arrive. "
                + "Lead them into an Elsa.FlowJoin that says it (WaitAllActive or WaitAny).");
        }
    }

    private void CheckLoops()
    {
        foreach (var back in order.BackEdges.Where(c => order.Reached.Contains(c.Source)).Take(MaxLoopsChecked))
        {
            if (CanRunRound(back.Target, back.Source))
            {
                run.Warn(back.Source.Id, null, ProblemCode.BusyLoop,
                    $"The loop from '{back.Source.Id}' back to '{back.Target.Id}' has nothing that waits or works outside: put an Elsa.Delay or Elsa.Event into it if it can go round often.");
            }
        }
    }

    /// <summary>Whether there is a way from one activity to another over activities that do not pause.</summary>
    private bool CanRunRound(ActivityNode from, ActivityNode to)
    {
        var seen = new HashSet<ActivityNode>();
        var pending = new Stack<ActivityNode>([from]);
        while (pending.TryPop(out var node))
        {
            if (FlowchartSemantics.Pauses(node) || !seen.Add(node))
            {
                continue;
            }

            if (node == to)
            {
                return true;
            }

            foreach (var connection in graph.Outgoing[node.Id])
            {
                pending.Push(connection.Target);
            }
        }

        return false;
    }

    public static IEnumerable<(Connection, Connection)> Pairs(IReadOnlyList<Connection> connections) =>
        connections.SelectMany((one, i) => connections.Skip(i + 1).Select(other => (one, other)));

    private static string Shown(Connection connection) => $"'{connection.Source.Id}' ({connection.SourcePort})";
}
