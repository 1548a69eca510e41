using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>One published version of a workflow, used as an activity: it runs as an instance of its own, with this one as its parent.</summary>
internal sealed class WorkflowActivity(WorkflowReference workflow, ActivityDescriptor descriptor) : ChildWorkflowActivity
{
    public override ActivityDescriptor Descriptor { get; } = descriptor with { Workflow = workflow };

    public override void Execute(ControlContext context)
    {
        var input = new JsonObject();
        foreach (var declared in Descriptor.Inputs)
        {
            if (context.EvaluateInput(declared.Name) is { } value)
            {
                input[declared.Name] = value.Parent is null ? value : value.DeepClone();
            }
        }

        Start(context, new ChildStart
        {
            InstanceId = ChildId(context),
            DefinitionId = workflow.DefinitionId,
            VersionId = workflow.VersionId,
            Input = input,
            CorrelationId = context.Scope.CorrelationId,
            Waits = true,
        });
    }

    protected override void Ended(ControlContext context, JsonObject end)
    {
        if (InputValues.Text(end["status"]) == WorkflowEnd.Cancelled)
        {
            context.Fault("ChildCancelled", $"The workflow '{workflow.DefinitionId}' that does this was cancelled.");
            return;
        }

        foreach (var output in Descriptor.Outputs)
        {
            if ((end["output"] as JsonObject)?.TryGetPropertyValue(output.Name, out var value) == true)
            {
                context.SetOutput(output.Name, value);
            }
        }

        var ports = Descriptor.Ports.Select(p => p.Name).ToArray();
        context.Complete([.. InputValues.Texts(end["outcomes"]).Where(o => ports.Contains(o))]);
    }
}
