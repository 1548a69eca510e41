using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn.Http;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>One stimulus that starts instances of a compiled workflow at one of its activities.</summary>
public sealed record TriggerBinding(string ActivityId, TriggerStimulus Stimulus);

/// <summary>Asks the triggers at the top level of a definition what starts them.</summary>
internal static class TriggerBindings
{
    public static IReadOnlyList<TriggerBinding> Of(Compilation run, ActivityNode root, PublishScope scope)
    {
        var bindings = new List<TriggerBinding>();
        foreach (var node in run.Nodes.OfType<ActivityNode>().Where(n => n.CanStartWorkflow))
        {
            if (node.Activity is not ITrigger trigger)
            {
                // An Elsa.Start, say: the mark chooses the start, nothing from outside does.
                continue;
            }

            if (node != root && node.Parent != root)
            {
                run.Warn(node.Id, "canStartWorkflow", ProblemCode.NestedTrigger,
                    $"'{node.Id}' is inside '{node.Parent?.Id}': only activities at the top level start a workflow. It does not.");
                continue;
            }

            bindings.AddRange(Ask(run, node, trigger, scope).Select(s => new TriggerBinding(node.Id, s)));
        }

        foreach (var same in bindings.Where(b => b.Stimulus.Key.Name == HttpRoute.StimulusName).GroupBy(b => b.Stimulus.Key).Where(g => g.Skip(1).Any()))
        {
            run.Error(same.Last().ActivityId, "path", ProblemCode.Trigger, $"'{same.First().ActivityId}' and '{same.Last().ActivityId}' both start by {same.Key.Key}: give one of them another path or method.");
        }

        return bindings;
    }

    private static IReadOnlyList<TriggerStimulus> Ask(Compilation run, ActivityNode node, ITrigger trigger, PublishScope scope)
    {
        try
        {
            return trigger.Stimuli(node, scope);
        }
        catch (ExpressionException e)
        {
            run.Error(node.Id, null, ProblemCode.Trigger, $"{node.TypeName} '{node.Id}' cannot start the workflow: {e.Message}");
            return [];
        }
    }
}
