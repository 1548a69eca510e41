using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Starts an instance of another workflow, and waits for its end when told to. Its outputs become the result.</summary>
internal sealed class DispatchWorkflow : ChildWorkflowActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.DispatchWorkflow", "Composition", "Create a new workflow instance of the specified workflow and dispatch it for execution.")
        .WithInput(new InputDescriptor("WorkflowDefinitionId", "String", "The definition ID of the workflow to dispatch.", "workflow-definition-picker", IsRequired: true, DisplayName: "Workflow Definition"))
        .WithInput(new InputDescriptor("CorrelationId", "String", "The correlation ID to associate the workflow with.", DisplayName: "Correlation ID"))
        .WithInput(new InputDescriptor("Input", "ObjectDictionary", "The input to send to the workflow.", "dropdown"))
        .WithInput(new InputDescriptor("WaitForCompletion", "Boolean", "Wait for the child workflow to complete before completing this activity.", "checkbox", DisplayName: "Wait for Completion"))
        .WithInput(new InputDescriptor("StartNewTrace", "Boolean", "Start a new trace context when using Open Telemetry.", "checkbox", Category: "Open Telemetry", DisplayName: "Start New Trace"))
        .WithInput(new InputDescriptor("ChannelName", "String", "The channel to dispatch the workflow to.", "dropdown", DisplayName: "Channel"))
        .WithOutput(new OutputDescriptor("Result", "Object"));

    public override void Execute(ControlContext context)
    {
        if (InputValues.Text(context.EvaluateInput("WorkflowDefinitionId")) is not { Length: > 0 } definition)
        {
            context.Fault("Input", "Input 'WorkflowDefinitionId' is empty: choose the workflow to dispatch.");
            return;
        }

        Start(context, new ChildStart
        {
            InstanceId = ChildId(context),
            DefinitionId = definition,
            Input = Input(context),
            CorrelationId = InputValues.Text(context.EvaluateInput("CorrelationId")) is { Length: > 0 } id ? id : null,
            Waits = InputValues.Flag(context.EvaluateInput("WaitForCompletion")),
        });
    }

    protected override void Ended(ControlContext context, JsonObject end)
    {
        if (InputValues.Text(end["status"]) != WorkflowEnd.Started)
        {
            context.SetOutput("Result", end["output"] ?? new JsonObject());
        }

        context.Complete();
    }
}
