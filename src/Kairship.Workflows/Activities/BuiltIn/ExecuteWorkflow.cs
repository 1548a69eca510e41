using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Starts an instance of another workflow, and waits for its end when told to. The result says how it stands and what it put out.</summary>
internal sealed class ExecuteWorkflow : ChildWorkflowActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.ExecuteWorkflow", "Composition", "Create a new workflow instance of the specified workflow and execute it.")
        .WithInput(new InputDescriptor("WorkflowDefinitionId", "String", "The definition ID of the workflow to execute.", "workflow-definition-picker", IsRequired: true, DisplayName: "Workflow Definition"))
        .WithInput(new InputDescriptor("CorrelationId", "String", "The correlation ID to associate the workflow with.", DisplayName: "Correlation ID"))
        .WithInput(new InputDescriptor("Input", "ObjectDictionary", "The input to send to the workflow.", "dropdown"))
        .WithInput(new InputDescriptor("WaitForCompletion", "Boolean", "Wait for the child workflow to complete before completing this activity.", "checkbox", DisplayName: "Wait for Completion"))
        .WithOutput(new OutputDescriptor("Result", "ExecuteWorkflowResult")) with { Kind = ActivityKind.Task };

    public override void Execute(ControlContext context)
    {
        if (InputValues.Text(context.EvaluateInput("WorkflowDefinitionId")) is not { Length: > 0 } definition)
        {
            context.Fault("Input", "Input 'WorkflowDefinitionId' is empty: choose the workflow to execute.");
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
        var runs = InputValues.Text(end["status"]) == WorkflowEnd.Started;
        context.SetOutput("Result", new JsonObject
        {
            ["workflowInstanceId"] = end["instanceId"]?.DeepClone(),
            ["status"] = runs ? "Running" : "Finished",
            ["subStatus"] = runs ? "Executing" : end["status"]?.DeepClone(),
            ["output"] = end["output"]?.DeepClone() ?? new JsonObject(),
        });
        context.Complete();
    }
}
