using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <content>Tasks that instances ask for (Elsa.RunTask).</content>
public sealed partial class WorkflowRuntime
{
    /// <summary>Tells the instance that asked for a task that it is done. Durable when this returns. The first result counts; completing it again changes nothing.</summary>
    public async Task<TaskOutcome> CompleteTaskAsync(string taskId, JsonNode? result, CancellationToken cancellationToken)
    {
        if (TaskStimulus.Parse(taskId) is not var (instanceId, activityId, iteration) || await store.GetInstanceAsync(instanceId, cancellationToken) is not { } instance)
        {
            return TaskOutcome.NotFound;
        }

        var state = StateSerializer.Read(instance.State);
        if (state.Executions.Any(e => e.Bookmarks?.Any(b => b.Name == TaskStimulus.Name && b.Key == taskId) == true))
        {
            var posted = await SignalAsync(instanceId, new Stimulus(TaskStimulus.Key(taskId), result), $"task:{taskId}", cancellationToken);
            return posted switch
            {
                PostOutcome.Posted => TaskOutcome.Completed,
                PostOutcome.Duplicate => TaskOutcome.AlreadyCompleted,
                PostOutcome.TooLarge => TaskOutcome.TooLarge,
                _ => TaskOutcome.NoLongerWanted,
            };
        }

        var graph = await catalog.GetGraphAsync(instance.DefinitionVersionId, cancellationToken);
        var existed = graph?.ById.GetValueOrDefault(activityId)?.Activity is RunTask && state.Iterations.GetValueOrDefault(activityId) >= iteration && iteration > 0;
        if (!existed)
        {
            return TaskOutcome.NotFound;
        }

        // Outputs are those of the last round; of earlier rounds nothing is left to tell by.
        var last = state.ActivityOutputs?.GetValueOrDefault(activityId);
        return last?["TaskId"] is JsonValue id && id.GetValue<string>() == taskId && last.ContainsKey("Result") ? TaskOutcome.AlreadyCompleted : TaskOutcome.NoLongerWanted;
    }

    /// <summary>Tasks that are open.</summary>
    public async Task<Page<WorkflowTask>> ListTasksAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var waiting = await store.ListBookmarksAsync(TaskStimulus.Name, page, cancellationToken);
        var tasks = new List<WorkflowTask>();
        foreach (var bookmarks in waiting.Items.GroupBy(b => b.InstanceId, b => b.Id))
        {
            if (await store.GetInstanceAsync(bookmarks.Key, cancellationToken) is { } instance)
            {
                var wanted = bookmarks.ToHashSet();
                tasks.AddRange(StateSerializer.Read(instance.State).Executions.SelectMany(e => Tasks(instance, e, wanted)));
            }
        }

        return new Page<WorkflowTask>(tasks, waiting.Total);
    }

    private static IEnumerable<WorkflowTask> Tasks(InstanceRecord instance, ExecutionState execution, HashSet<string> bookmarks) =>
        (execution.Bookmarks ?? []).Where(b => bookmarks.Contains($"{instance.Id}/b{b.Number}")).Select(b => new WorkflowTask(
            b.Key, InputValues.Text(execution.Inputs?["TaskName"]) ?? "", execution.Inputs?["Payload"]?.DeepClone(), instance.Id, instance.DefinitionId, instance.CorrelationId, execution.ActivityId));
}
