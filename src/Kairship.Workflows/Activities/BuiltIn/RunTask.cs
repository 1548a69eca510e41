using System.Text.Json.Nodes;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Asks somebody outside to do something, and waits until they say that it is done (<see cref="Runtime.WorkflowRuntime.CompleteTaskAsync"/>).</summary>
internal sealed class RunTask : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.RunTask", "Primitives", "Requests a given task to be run.")
        .WithInput(new InputDescriptor("TaskName", "String", "The name of the task being requested.", IsRequired: true, DisplayName: "Task Name"))
        .WithInput(new InputDescriptor("Payload", "ObjectDictionary", "Any additional parameters to send to the task.", "dropdown"))
        .WithOutput(new OutputDescriptor("TaskId", "String", "The ID of the task that was requested to run.", "Task Id"))
        .WithOutput(new OutputDescriptor("Result", "Object"));

    public override void Execute(ControlContext context)
    {
        // Kept with the execution: who lists open tasks reads them there.
        if (InputValues.Text(context.Inputs["TaskName"]) is not { Length: > 0 })
        {
            context.Fault("Input", "Input 'TaskName' is empty: name the task to run.");
            return;
        }

        var task = TaskStimulus.IdOf(context.ExecutionId);
        context.SetOutput("TaskId", JsonValue.Create(task));
        context.Wait([TaskStimulus.Key(task)], null);
    }

    public override void Resumed(ControlContext context, Stimulus? stimulus)
    {
        context.SetOutput("Result", stimulus?.Payload);
        context.Complete();
    }
}

/// <summary>The stimulus of Elsa.RunTask. A task's id tells where it belongs: "instance:activity:iteration".</summary>
public static class TaskStimulus
{
    public const string Name = "task";

    public static StimulusKey Key(string taskId) => new(Name, taskId);

    internal static string IdOf(string executionId)
    {
        var iteration = executionId.LastIndexOf('/');
        var activity = executionId.LastIndexOf('/', iteration - 1);
        return $"{executionId[..activity]}:{executionId[(activity + 1)..iteration]}:{executionId[(iteration + 1)..]}";
    }

    /// <summary>Null when it is not the id of a task.</summary>
    internal static (string InstanceId, string ActivityId, int Iteration)? Parse(string taskId)
    {
        var iteration = taskId.LastIndexOf(':');
        var activity = iteration > 0 ? taskId.LastIndexOf(':', iteration - 1) : -1;
        return activity > 0 && int.TryParse(taskId.AsSpan(iteration + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? (taskId[..activity], taskId[(activity + 1)..iteration], number)
            : null;
    }
}
