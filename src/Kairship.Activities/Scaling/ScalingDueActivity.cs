using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Activities.Scaling;

/// <summary>Starts the workflow when an application should have other replicas than it has.</summary>
internal sealed class ScalingDueActivity : ControlActivity, ITrigger
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create(ScalingStimulus.Due, "Scaling", "Starts a workflow when an application with spec.scaling should have other replicas than it has: a metric asks, a cron rule's time comes, or a cluster is short of room.")
        .WithInput(new InputDescriptor("Cause", "String", "What it must be wanted by.", UIHint: "dropdown", DefaultValue: ScalingFilter.Any, Options: ScalingFilter.Causes, Order: 0))
        .WithInput(new InputDescriptor("Application", "String", "The application; none means all.", UIHint: "dropdown", Order: 1) { LiveOptions = LiveLists.Applications })
        .WithOutput(new OutputDescriptor("DueApplication", "String", "The name of the application."))
        .WithOutput(new OutputDescriptor("Reason", "String", "Why, in sentences."))
        .WithOutput(new OutputDescriptor("Result", "Object", "application, cause, current, total, reason.")) with
        {
            Kind = ActivityKind.Trigger, DisplayName = "Scaling Due",
        };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope)
    {
        try
        {
            return [new TriggerStimulus(ScalingStimulus.DueBy(ScalingFilter.Parse(node.Evaluate("Application", scope)?.ToString(), node.Evaluate("Cause", scope)?.ToString())))];
        }
        catch (FormatException exception)
        {
            throw new ExpressionException(exception.Message, exception);
        }
    }

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy?.Payload is not JsonObject due)
        {
            context.Fault("Input", "Scaling Due begins a workflow and does nothing inside of one: put it first and let it start the workflow.");
            return;
        }

        context.SetOutput("DueApplication", due["application"]?.DeepClone());
        context.SetOutput("Reason", due["reason"]?.DeepClone());
        context.SetOutput("Result", due.DeepClone());
        context.Complete();
    }
}
