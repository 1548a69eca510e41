using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Starts an instance of another workflow, and waits for its end when told to. Its outputs become the result.</summary>
internal sealed class DispatchWorkflow : ChildWorkflowActivity
{
    public override ActivityDescriptor Descriptor { get; } = ChooserInputs(ActivityDescriptor.Create("Elsa.DispatchWorkflow", "Composition", "Create a new workflow instance of the specified workflow and dispatch it for execution."), "dispatch")
        .WithInput(new InputDescriptor("StartNewTrace", "Boolean", "Start a new trace context when using Open Telemetry.", "checkbox", Category: "Open Telemetry", DisplayName: "Start New Trace"))
        .WithInput(new InputDescriptor("ChannelName", "String", "The channel to dispatch the workflow to.", "dropdown", DisplayName: "Channel"))
        .WithOutput(new OutputDescriptor("Result", "Object"));

    public override void Execute(ControlContext context) => StartChosen(context, "dispatch");

    protected override void Ended(ControlContext context, JsonObject end)
    {
        if (InputValues.Text(end["status"]) != WorkflowEnd.Started)
        {
            context.SetOutput("Result", end["output"] ?? new JsonObject());
        }

        context.Complete();
    }
}
