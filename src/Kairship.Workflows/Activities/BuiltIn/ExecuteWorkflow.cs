using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Starts an instance of another workflow, and waits for its end when told to. The result says how it stands and what it put out.</summary>
internal sealed class ExecuteWorkflow : ChildWorkflowActivity
{
    public override ActivityDescriptor Descriptor { get; } = ChooserInputs(ActivityDescriptor.Create("Elsa.ExecuteWorkflow", "Composition", "Create a new workflow instance of the specified workflow and execute it."), "execute")
        .WithOutput(new OutputDescriptor("Result", "ExecuteWorkflowResult")) with { Kind = ActivityKind.Task };

    public override void Execute(ControlContext context) => StartChosen(context, "execute");

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
