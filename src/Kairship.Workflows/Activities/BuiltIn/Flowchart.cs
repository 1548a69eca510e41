using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Activities and connections between them. The rules of its tokens are in Execution/README.md and <see cref="FlowchartTokens"/>.</summary>
internal sealed class Flowchart : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Flowchart", "Flow", "A flowchart is a collection of activities and connections between them.")
        .WithContained("Activities") with { IsContainer = true, IsBrowsable = false };

    public override void Execute(ControlContext context)
    {
        var graph = context.Node.Flowchart;
        var triggered = context.TriggerActivityId is { } trigger ? Named(context, trigger) : null;
        if ((triggered ?? graph?.Start) is { } start)
        {
            context.Schedule(start);
        }
        else
        {
            context.Complete();
        }
    }

    private static void Follow(ControlContext context, FlowchartPlan plan, ChildCompletion child)
    {
        foreach (var connection in plan.Leaving(plan.Node(child.Node)))
        {
            if (plan.IsTaken(connection, child.Outcomes))
            {
                context.Schedule(plan.Activity(plan.Target(connection)));
            }
        }

        if (context.ActiveChildren == 0)
        {
            context.Complete();
        }
    }

    private static ActivityNode? Named(ControlContext context, string id) => context.Node.Child("Activities").FirstOrDefault(n => n.Id == id);

    public override void ChildCompleted(ControlContext context, ChildCompletion child)
    {
        if (child.Node.Descriptor.IsTerminal)
        {
            context.CancelChildren();
            context.Complete();
            return;
        }

        var plan = FlowchartPlan.Of(context.Node.Flowchart!);
        if (!context.HasState && plan.LeavesPlainly(plan.Node(child.Node)))
        {
            // No token waits and none will: the targets run at once.
            Follow(context, plan, child);
            return;
        }

        var tokens = new FlowchartTokens(context, plan);
        tokens.Leave(child.Node, child.Outcomes);
        tokens.FireJoins();
        tokens.Save();
        if (context.ActiveChildren > 0)
        {
            return;
        }

        if (tokens.Waiting is { } stuck)
        {
            context.Fault("JoinNeverCompletes", $"'{stuck.Id}' waits for all of its branches, but no branch that is still missing can arrive: use WaitAllActive, or activate every branch.");
        }
        else
        {
            context.Complete();
        }
    }
}
