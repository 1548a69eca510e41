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
