using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>An activity that starts one instance and goes on when it has ended, or has started.</summary>
internal abstract class ChildWorkflowActivity : ControlActivity
{
    public override void Resumed(ControlContext context, Stimulus? stimulus)
    {
        var end = stimulus?.Payload as JsonObject ?? [];
        switch (InputValues.Text(end["status"]))
        {
            case WorkflowEnd.Refused:
                context.FaultAndRestart("ChildNotStarted", InputValues.Text(end["problem"]) ?? "The workflow was not started.");
                break;
            case WorkflowEnd.Faulted:
                // Not its end: whoever retries it makes this one go on, too.
                context.Note($"The workflow it waits for has faulted: {InputValues.Text(end["problem"])}", new JsonObject { ["instanceId"] = end["instanceId"]?.DeepClone() });
                context.Wait([WorkflowEnd.Of(ChildId(context))], null);
                break;
            default:
                Ended(context, end);
                break;
        }
    }

    /// <summary>It has ended (or has started and is not waited for).</summary>
    /// <param name="end">See <see cref="WorkflowEnd"/>.</param>
    protected abstract void Ended(ControlContext context, JsonObject end);

    /// <summary>Starts the workflow that the inputs <see cref="ChooserInputs"/> name.</summary>
    /// <param name="purpose">"execute": for the message when none is named.</param>
    protected static void StartChosen(ControlContext context, string purpose)
    {
        if (InputValues.Text(context.EvaluateInput("WorkflowDefinitionId")) is not { Length: > 0 } definition)
        {
            context.Fault("Input", $"Input 'WorkflowDefinitionId' is empty: choose the workflow to {purpose}.");
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

    /// <summary>What Elsa's activities that start any one workflow have in common.</summary>
    protected static ActivityDescriptor ChooserInputs(ActivityDescriptor descriptor, string purpose) => descriptor
        .WithInput(new InputDescriptor("WorkflowDefinitionId", "String", $"The definition ID of the workflow to {purpose}.", "workflow-definition-picker", IsRequired: true, DisplayName: "Workflow Definition"))
        .WithInput(new InputDescriptor("CorrelationId", "String", "The correlation ID to associate the workflow with.", DisplayName: "Correlation ID"))
        .WithInput(new InputDescriptor("Input", "ObjectDictionary", "The input to send to the workflow.", "dropdown"))
        .WithInput(new InputDescriptor("WaitForCompletion", "Boolean", "Wait for the child workflow to complete before completing this activity.", "checkbox", DisplayName: "Wait for Completion"));

    protected static void Start(ControlContext context, ChildStart child)
    {
        context.Note($"Starts '{child.DefinitionId}'", new JsonObject { ["instanceId"] = child.InstanceId });
        context.StartChild(child);
        context.Wait([WorkflowEnd.Of(child.InstanceId)], null);
    }

    protected static string ChildId(ControlContext context) => ChildStart.IdOf(context.ExecutionId);

    /// <summary>The inputs for a child as they are evaluated, with its parent as Elsa gives it.</summary>
    protected static JsonObject Input(ControlContext context)
    {
        var input = InputValues.Object(context.EvaluateInput("Input"));
        input["ParentInstanceId"] = context.Scope.InstanceId;
        return input;
    }
}
