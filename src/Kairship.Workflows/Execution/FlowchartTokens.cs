using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution;

internal enum JoinMode
{
    /// <summary>Every incoming forward connection has brought a token.</summary>
    WaitAll,

    /// <summary>At least one has, and no other token can still arrive at any. What an activity with several incoming connections does when it is not a FlowJoin.</summary>
    WaitAllActive,

    /// <summary>The first; what could arrive later is cancelled.</summary>
    WaitAny,
}

/// <summary>
/// The tokens of one run of a flowchart. A token is either a running child, or it waits on a connection into a join; the latter are listed in
/// the flowchart's state ("t": numbers of connections). A second token on a connection merges with the first. Everything else follows from the shape of the graph.
/// </summary>
internal sealed class FlowchartTokens
{
    private readonly ControlContext context;
    private readonly FlowchartPlan plan;

    // Most completions meet no join.
    private SortedSet<int>? held;

    public FlowchartTokens(ControlContext context, FlowchartPlan plan)
    {
        this.context = context;
        this.plan = plan;
        if (context.HasState && context.State["t"] is JsonArray saved)
        {
            held = [.. saved.Select(connection => connection!.GetValue<int>())];
        }
    }

    /// <summary>A join that holds tokens, the first in topological order.</summary>
    public ActivityNode? Waiting => IsAnyWaiting && WaitingJoins() is [var first, ..] ? plan.Activity(first) : null;

    private SortedSet<int> Held => held ??= [];

    private bool IsAnyWaiting => held is { Count: > 0 };

    public void Save()
    {
        if (!IsAnyWaiting)
        {
            if (context.HasState)
            {
                context.State.Remove("t");
            }
        }
        else
        {
            context.State["t"] = new JsonArray([.. Held.Select(connection => JsonValue.Create(connection))]);
        }
    }

    /// <summary>A node has completed: one token on each connection of its outcomes. Into a join it waits there; elsewhere, and along a back edge, the target runs.</summary>
    public void Leave(ActivityNode node, IReadOnlyList<string> outcomes)
    {
        var leaving = plan.Leaving(plan.Node(node));
        foreach (var connection in leaving)
        {
            if (plan.IsBack(connection) && plan.IsTaken(connection, outcomes))
            {
                Forget(connection);
                context.Schedule(plan.Activity(plan.Target(connection)));
            }
        }

        foreach (var connection in leaving)
        {
            if (plan.IsBack(connection) || !plan.IsTaken(connection, outcomes))
            {
                continue;
            }

            var target = plan.Target(connection);
            if (plan.IsJoin(target))
            {
                Held.Add(connection);
            }
            else
            {
                context.Schedule(plan.Activity(target));
            }
        }
    }

    /// <summary>The next round of this loop brings these again.</summary>
    private void Forget(int backEdge) => Held.RemoveWhere(w => plan.IsRepeated(backEdge, w));

    /// <summary>Fires joins until none may. When nothing runs and joins wait only for one another, the first in topological order goes ahead.</summary>
    public void FireJoins()
    {
        while (IsAnyWaiting)
        {
            var joins = WaitingJoins();
            var ready = joins.FindIndex(MayFire);
            if (ready < 0 && context.ActiveChildren == 0)
            {
                ready = joins.FindIndex(j => ModeOf(j) == JoinMode.WaitAllActive);
            }

            if (ready < 0)
            {
                return;
            }

            Fire(joins[ready]);
        }
    }

    private List<int> WaitingJoins() => [.. Held.Select(plan.Target).Distinct().OrderBy(plan.Rank)];

    private bool MayFire(int join) => ModeOf(join) switch
    {
        JoinMode.WaitAny => true,
        JoinMode.WaitAll => plan.ForwardInto(join).All(Held.Contains),
        _ => !OtherTokens(join).Any(from => CouldArrive(from, join)),
    };

    private IEnumerable<int> OtherTokens(int join) =>
        context.RunningChildren.Select(r => plan.Node(r.Node)).Concat(Held.Select(plan.Target)).Where(n => n != join).Distinct();

    private bool CouldArrive(int from, int join) => from != join && plan.ForwardInto(join).Any(c => plan.CanArrive(from, c));

    private void Fire(int join)
    {
        var first = ModeOf(join) == JoinMode.WaitAny;
        Held.ExceptWith(plan.ForwardInto(join));
        if (first)
        {
            CancelLosers(join);
        }

        context.Schedule(plan.Activity(join));
    }

    /// <summary>A WaitAny has its winner: tokens that could still arrive at it are cancelled, wherever they are.</summary>
    private void CancelLosers(int join)
    {
        foreach (var child in context.RunningChildren.Where(r => CouldArrive(plan.Node(r.Node), join)))
        {
            context.CancelChild(child.ExecutionId);
        }

        Held.RemoveWhere(w => CouldArrive(plan.Target(w), join));
    }

    private JoinMode ModeOf(int join)
    {
        var node = plan.Activity(join);
        if (node.Descriptor.TypeName != Activities.BuiltIn.FlowJoin.TypeName)
        {
            return node.MergeMode ?? JoinMode.WaitAllActive;
        }

        var mode = node.Inputs.TryGetValue("Mode", out var expression) ? expression.Evaluate(context.Scope)?.ToString() : null;
        return Enum.TryParse<JoinMode>(mode, ignoreCase: true, out var parsed) ? parsed : JoinMode.WaitAny;
    }
}
