using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Activities.Clusters;

/// <summary>Waits for a change of a cluster's readiness, or starts the workflow by it. A change that was before the wait is not waited for.</summary>
internal sealed class ClusterHealthChangedActivity : ControlActivity, ITrigger
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create(ClusterHealthStimulus.Starts, "Clusters", "Starts a workflow when a cluster becomes ready or ceases to be, or waits for the next such change.")
        .WithInput(new InputDescriptor("Cluster", "String", "The cluster; none means all.", UIHint: "dropdown", Order: 0) { LiveOptions = LiveLists.Clusters })
        .WithInput(new InputDescriptor("Selector", "String", "Labels that the cluster must have, such as tier=prod,region=eu; empty means any.", Order: 1))
        .WithInput(new InputDescriptor(
            "To", "String", "What it changed to. Unknown: it does not answer; False: it answers and cannot be worked with.", UIHint: "dropdown", DefaultValue: ClusterHealthFilter.Any,
            Options: ClusterHealthFilter.States, Order: 2))
        .WithOutput(new OutputDescriptor("ChangedCluster", "String", "The name of the cluster."))
        .WithOutput(new OutputDescriptor("State", "String", "What it changed to."))
        .WithOutput(new OutputDescriptor("Reason", "String", "One word, such as Unreachable."))
        .WithOutput(new OutputDescriptor("Result", "Object", "cluster, labels, from, to, reason, message, at, transition.")) with
        {
            Kind = ActivityKind.Trigger, DisplayName = "Cluster Health Changed",
        };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope)
    {
        try
        {
            var filter = ClusterHealthFilter.Parse(Text(node.Evaluate("Cluster", scope)), Text(node.Evaluate("Selector", scope)), Text(node.Evaluate("To", scope)));
            return [new TriggerStimulus(ClusterHealthStimulus.StartBy(filter))];
        }
        catch (FormatException exception)
        {
            throw new ExpressionException(exception.Message, exception);
        }
    }

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy is { } trigger)
        {
            Take(context, trigger.Payload as JsonObject ?? []);
        }
        else if (FilterOf(context) is { } filter)
        {
            context.Wait([ClusterHealthStimulus.WaitFor(filter.Cluster)], null);
        }
    }

    public override void Resumed(ControlContext context, Stimulus? stimulus)
    {
        if (FilterOf(context) is not { } filter)
        {
            return;
        }

        if (stimulus?.Payload is JsonObject change && filter.Matches(Text(change["cluster"]) ?? "", LabelsOf(change), Text(change["to"]) ?? ""))
        {
            Take(context, change);
        }
        else
        {
            context.Wait([ClusterHealthStimulus.WaitFor(filter.Cluster)], null);
        }
    }

    private static void Take(ControlContext context, JsonObject change)
    {
        context.SetOutput("ChangedCluster", change["cluster"]?.DeepClone());
        context.SetOutput("State", change["to"]?.DeepClone());
        context.SetOutput("Reason", change["reason"]?.DeepClone());
        context.SetOutput("Result", change.DeepClone());
        context.Complete();
    }

    /// <summary>null: the inputs are none, and the activity has faulted.</summary>
    private static ClusterHealthFilter? FilterOf(ControlContext context)
    {
        try
        {
            return ClusterHealthFilter.Parse(Text(context.Inputs["Cluster"]), Text(context.Inputs["Selector"]), Text(context.Inputs["To"]));
        }
        catch (FormatException exception)
        {
            context.Fault("Input", exception.Message);
            return null;
        }
    }

    private static Dictionary<string, string> LabelsOf(JsonObject change) =>
        (change["labels"] as JsonObject ?? []).ToDictionary(l => l.Key, l => l.Value?.ToString() ?? "", StringComparer.Ordinal);

    private static string? Text(JsonNode? value) => value?.ToString();
}
