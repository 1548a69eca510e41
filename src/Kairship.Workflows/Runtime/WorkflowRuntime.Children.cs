using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Runtime;

/// <content>Instances that instances start.</content>
public sealed partial class WorkflowRuntime
{
    /// <summary>Starts a child that a committed transition asked for; may be called again for the same message. A start that is refused tells the parent: nobody waits for what never comes.</summary>
    internal async Task StartChildAsync(ChildStartPayload start, string key, CancellationToken cancellationToken)
    {
        var result = await StartAsync(
            new StartRequest
            {
                DefinitionId = start.DefinitionId,
                VersionId = start.VersionId,
                InstanceId = start.InstanceId,
                Input = start.Input,
                CorrelationId = start.CorrelationId,
                ParentInstanceId = start.ParentInstanceId,
                ParentKey = start.Key,
                ParentTag = start.Tag,
                ParentDoesNotWait = !start.Waits,
                Depth = start.Depth,
                StartedBy = start.StartedBy,
                RootInstanceId = start.RootInstanceId,
            },
            cancellationToken);

        // Delivered again after a crash, the same wish may be refused now because the definition was retracted or changed since: the child is there all the same.
        var started = result.Started || await store.GetInstanceAsync(start.InstanceId, cancellationToken) is not null;
        if (!started || !start.Waits)
        {
            await SignalAsync(start.ParentInstanceId, start.Answer(started ? null : result.Problem ?? result.Outcome.ToString()), key, cancellationToken);
        }
    }
}
