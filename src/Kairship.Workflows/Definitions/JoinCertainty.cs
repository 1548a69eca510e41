using System.Collections;

namespace Kairship.Workflows.Definitions;

/// <summary>
/// Whether a join that waits for all of its connections gets all of them in every run in which it gets one. Each connection has a condition: connections with one condition are
/// taken in exactly the same runs. A choice gives each of its ports a condition of its own; where all ports of a choice come together again, the condition from before it holds.
/// What cannot be told gets a condition of its own: doubt too many is a warning too many, never one too few.
/// </summary>
internal sealed class JoinCertainty
{
    // Past this many looks every join that a race or several loops may reach counts as doubtful.
    private const long MaxWork = 5_000_000;

    private readonly FlowchartGraph graph;
    private readonly FlowchartOrder order;
    private readonly CoActivation together;
    private readonly IReadOnlyList<ActivityNode> nodes;
    private readonly Dictionary<ActivityNode, int> index = [];
    private readonly BitArray[] from;
    private readonly BitArray[] ahead;
    private readonly BitArray[] dominators;
    private readonly Dictionary<Connection, int> conditions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, (int Before, int Ports)> choices = [];
    private readonly Dictionary<int, int> choiceOf = [];
    private long work;
    private int next;

    public JoinCertainty(FlowchartGraph graph, FlowchartOrder order, CoActivation together)
    {
        (this.graph, this.order, this.together) = (graph, order, together);
        nodes = [.. order.Topological.Where(order.Reached.Contains)];
        for (var i = 0; i < nodes.Count; i++)
        {
            index[nodes[i]] = i;
        }

        from = [.. nodes.Select(n => Reachable(n, forward: false))];
        ahead = [.. nodes.Select(n => Reachable(n, forward: true))];
        dominators = new BitArray[nodes.Count];
        foreach (var node in nodes)
        {
            Place(node);
            dominators[index[node]] = Dominators(node);
        }
    }

    /// <summary>A connection into the join that may not come although another does; null when there is none.</summary>
    public Connection? Doubt(ActivityNode join, Connection[] arrivals) =>
        Unsure(arrivals) ?? NotRepeated(join, arrivals) ?? Cancelled(join, arrivals);

    /// <summary>The arrival whose condition was made last is the furthest from what all have in common.</summary>
    private Connection? Unsure(Connection[] arrivals) =>
        arrivals.Any(a => conditions[a] != conditions[arrivals[0]]) ? arrivals.MaxBy(a => conditions[a]) : null;

    /// <summary>A loop that brings some of the connections again and not the others, or all of them before those of the last round have been awaited, or loops that do so together.</summary>
    private Connection? NotRepeated(ActivityNode join, Connection[] arrivals)
    {
        var repeating = new List<Connection>();
        foreach (var back in order.BackEdges.Where(b => order.Reached.Contains(b.Source)))
        {
            bool Again(Connection c) => c.Source == back.Target || from[index[back.Target]][index[c.Source]];
            if (!arrivals.Any(Again) || IsLeftForGood(back.Target, join))
            {
                continue;
            }

            repeating.Add(back);
            if (back.Target == join)
            {
                continue;
            }

            // Other loops further on, which may not be taken, have a look of their own.
            bool InRound(Connection c) => c.Source == back.Target || ahead[index[back.Target]][index[c.Source]];
            if (arrivals.Any(InRound) && arrivals.FirstOrDefault(a => !InRound(a)) is { } once)
            {
                return once;
            }

            if (!dominators[index[back.Source]][index[join]])
            {
                return arrivals[0];
            }
        }

        return FlowchartChecks.Pairs(repeating).Any(AreTakenTogether) ? arrivals[0] : null;
    }

    /// <summary>Two connections that close loops, in one round: of the two tokens that then go round one may overtake the other, and the join takes from both what it needs for one.</summary>
    private bool AreTakenTogether((Connection One, Connection Other) loops) => ++work > MaxWork || together.Of(loops.One, loops.Other) != Together.Never;

    /// <summary>The join does not lead back into the loop, and one token goes round in it: what comes out of it comes once.</summary>
    private bool IsLeftForGood(ActivityNode head, ActivityNode join)
    {
        bool IsInside(ActivityNode n) => n == head || from[index[head]][index[n]] && from[index[n]][index[head]];
        return !from[index[join]][index[head]] && nodes.Where(IsInside).All(n =>
            FlowchartSemantics.OutcomesOf(n) == OutcomeKind.One
            && graph.Outgoing[n.Id].GroupBy(c => c.SourcePort, StringComparer.OrdinalIgnoreCase).All(port => port.Count() == 1)
            && (n == head || graph.Incoming[n.Id].All(c => IsInside(c.Source))));
    }

    /// <summary>A branch that another join, which this one does not lead to, may cancel before it gets here. Whoever cancels what leads to all arrivals cancels them all.</summary>
    private Connection? Cancelled(ActivityNode join, Connection[] arrivals)
    {
        foreach (var race in nodes.Where(n => n != join && FlowchartSemantics.MayCancelOthers(n) && !ahead[index[join]][index[n]]))
        {
            foreach (var arrival in arrivals)
            {
                work += nodes.Count;
                if (work > MaxWork || WaysTo(arrival.Source, race).Any(n => from[index[n]][index[race]] && !arrivals.All(a => dominators[index[a.Source]][index[n]])))
                {
                    return arrival;
                }
            }
        }

        return null;
    }

    /// <summary>What leads to an activity by ways that do not pass another one, itself included.</summary>
    private HashSet<ActivityNode> WaysTo(ActivityNode activity, ActivityNode without)
    {
        var seen = new HashSet<ActivityNode>();
        var pending = new Stack<ActivityNode>([activity]);
        while (pending.TryPop(out var node))
        {
            if (node != without && seen.Add(node))
            {
                foreach (var source in graph.Incoming[node.Id].Select(c => c.Source).Where(order.Reached.Contains))
                {
                    pending.Push(source);
                }
            }
        }

        return seen;
    }

    /// <summary>The activities that every way from the start to this one passes, itself included.</summary>
    private BitArray Dominators(ActivityNode node)
    {
        BitArray? common = null;
        foreach (var source in graph.IncomingForward[node.Id].Select(c => c.Source).Where(order.Reached.Contains))
        {
            common = common is null ? new BitArray(dominators[index[source]]) : common.And(dominators[index[source]]);
        }

        common ??= new BitArray(nodes.Count);
        common[index[node]] = true;
        return common;
    }

    private void Place(ActivityNode node)
    {
        var arrivals = graph.IncomingForward[node.Id].Where(c => order.Reached.Contains(c.Source)).Select(c => conditions[c]).Distinct().ToArray();
        var own = arrivals switch
        {
            [var one] => one,
            [] => next++,
            _ when FlowchartSemantics.MayCancelOthers(node) => next++,
            _ => Merged(arrivals),
        };
        var ports = graph.Outgoing[node.Id].GroupBy(c => c.SourcePort, StringComparer.OrdinalIgnoreCase).ToArray();
        var kind = FlowchartSemantics.OutcomesOf(node);
        var isChoice = kind == OutcomeKind.Unknown || kind == OutcomeKind.One && node.Outcomes is not { Count: 1 };
        var group = isChoice ? next++ : -1;
        if (isChoice && kind == OutcomeKind.One && node.Outcomes is { } outcomes && outcomes.Count == ports.Length)
        {
            choices[group] = (own, ports.Length);
        }

        foreach (var port in ports)
        {
            var condition = !isChoice || choices.ContainsKey(group) && ports.All(p => p == port || p.All(c => Returns(c, node, []))) ? own : next++;
            if (condition != own)
            {
                choiceOf[condition] = group;
            }

            foreach (var connection in port)
            {
                conditions[connection] = condition;
            }
        }
    }

    /// <summary>All ports of a choice, and perhaps what they were before it, come to what was before the choice; anything else is a condition of its own.</summary>
    private int Merged(int[] arrivals)
    {
        var left = arrivals.ToHashSet();
        bool changed;
        do
        {
            changed = false;
            foreach (var group in left.Where(choiceOf.ContainsKey).GroupBy(c => choiceOf[c]).Where(g => choices.TryGetValue(g.Key, out var choice) && choice.Ports == g.Count()).ToArray())
            {
                left.ExceptWith(group);
                left.Add(choices[group.Key].Before);
                changed = true;
            }
        }
        while (changed && left.Count > 1);
        return left.Count == 1 ? left.Single() : next++;
    }

    /// <summary>Whatever goes along it comes back to the choice by a connection that closes a loop around it; a loop further on keeps it.</summary>
    private bool Returns(Connection connection, ActivityNode choice, HashSet<ActivityNode> seen)
    {
        if (order.BackEdges.Contains(connection))
        {
            return connection.Target == choice || ahead[index[connection.Target]][index[choice]];
        }

        var node = connection.Target;
        var outgoing = graph.Outgoing[node.Id].ToArray();
        return seen.Count < 100 && seen.Add(node) && !node.Descriptor.IsTerminal && node.Outcomes is { } outcomes
            && outcomes.All(o => outgoing.Any(c => c.SourcePort.Equals(o, StringComparison.OrdinalIgnoreCase))) && outgoing.All(c => Returns(c, choice, seen));
    }

    /// <summary>By any connection, or without those that close loops.</summary>
    private BitArray Reachable(ActivityNode start, bool forward)
    {
        var seen = new BitArray(nodes.Count);
        var pending = new Stack<ActivityNode>([start]);
        while (pending.TryPop(out var node))
        {
            foreach (var target in graph.Outgoing[node.Id].Where(c => !forward || !order.BackEdges.Contains(c)).Select(c => c.Target).Where(t => !seen[index[t]]))
            {
                seen[index[target]] = true;
                pending.Push(target);
            }
        }

        return seen;
    }
}
