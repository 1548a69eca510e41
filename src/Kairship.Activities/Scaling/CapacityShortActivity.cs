using System.Text.Json.Nodes;
using Kairship.Activities.Clusters;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Activities.Scaling;

/// <summary>Starts the workflow when a cluster becomes short of room.</summary>
internal sealed class CapacityShortActivity : ControlActivity, ITrigger
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create(ScalingStimulus.Short, "Clusters", "Starts a workflow when a cluster becomes short of room: pods wait because no node has room for them, or nearly all of a resource is requested.")
        .WithInput(new InputDescriptor("Cluster", "String", "The cluster; none means all.", UIHint: "dropdown", Order: 0) { LiveOptions = LiveLists.Clusters })
        .WithInput(new InputDescriptor("Selector", "String", "Labels that the cluster must have, such as tier=prod,region=eu; empty means any.", Order: 1))
        .WithOutput(new OutputDescriptor("ShortCluster", "String", "The name of the cluster."))
        .WithOutput(new OutputDescriptor("Reason", "String", "Why, as a sentence."))
        .WithOutput(new OutputDescriptor("Result", "Object", "cluster, labels, reason, since.")) with
        {
            Kind = ActivityKind.Trigger, DisplayName = "Capacity Short",
        };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope)
    {
        try
        {
            return [new TriggerStimulus(ScalingStimulus.ShortBy(ClusterHealthFilter.Parse(node.Evaluate("Cluster", scope)?.ToString(), node.Evaluate("Selector", scope)?.ToString(), null)))];
        }
        catch (FormatException exception)
        {
            throw new ExpressionException(exception.Message, exception);
        }
    }

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy?.Payload is not JsonObject alarm)
        {
            context.Fault("Input", "Capacity Short begins a workflow and does nothing inside of one: put it first and let it start the workflow.");
            return;
        }

        context.SetOutput("ShortCluster", alarm["cluster"]?.DeepClone());
        context.SetOutput("Reason", alarm["reason"]?.DeepClone());
        context.SetOutput("Result", alarm.DeepClone());
        context.Complete();
    }
}
