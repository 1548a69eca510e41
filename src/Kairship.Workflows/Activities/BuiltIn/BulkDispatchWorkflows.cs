using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>
/// Starts an instance of a workflow for each item, and waits for them all. One bookmark serves all of them; which ended how is one letter an item in <see cref="ControlContext.State"/>.
/// </summary>
internal sealed class BulkDispatchWorkflows : ControlActivity
{
    private const char Open = '.';
    private const char Refused = 'r';
    private const char Cancelled = 'x';
    private const char Faulted = 'f';
    private const char Completed = 'c';

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.BulkDispatchWorkflows", "Composition", "Create new workflow instances for each item in the data source and dispatch them for execution.")
        .WithInput(new InputDescriptor("WorkflowDefinitionId", "String", "The definition ID of the workflows to dispatch.", "workflow-definition-picker", IsRequired: true, DisplayName: "Workflow Definition"))
        .WithInput(new InputDescriptor("Items", "Object", "The data source to use for dispatching the workflows."))
        .WithInput(new InputDescriptor("DefaultItemInputKey", "String",
            "The default key to use for the input name when sending the current item to the dispatched workflow. Will not be used if the Items field contain a list of dictionaries",
            DefaultValue: "Item", DisplayName: "Default Item Input Key"))
        .WithInput(new InputDescriptor("CorrelationIdFunction", "String", "A function to compute the correlation ID to associate a dispatched workflow with.", DisplayName: "Correlation ID Function"))
        .WithInput(new InputDescriptor("Input", "ObjectDictionary", "Additional input to send to the workflows being dispatched.", "dropdown"))
        .WithInput(new InputDescriptor("WaitForCompletion", "Boolean", "Wait for the dispatched workflows to complete before completing this activity.", "checkbox", DefaultValue: "True", DisplayName: "Wait for Completion"))
        .WithInput(new InputDescriptor("StartNewTrace", "Boolean", "Start a new trace context when using Open Telemetry.", "checkbox", Category: "Open Telemetry", DisplayName: "Start New Trace"))
        .WithInput(new InputDescriptor("ChannelName", "String", "The channel to dispatch the workflow to.", "dropdown", DisplayName: "Channel"))
        .WithEmbedded("ChildCompleted", "ChildFaulted").WithOutcomes("Completed", "Canceled", "Done") with { Kind = ActivityKind.Task };

    /// <summary>Also called by a retry after starts were refused: what has not ended is started again, which changes nothing where it runs.</summary>
    public override void Execute(ControlContext context)
    {
        if (context.State["ends"] is null && !Begin(context))
        {
            return;
        }

        var ends = Ends(context).Replace(Refused, Open);
        Save(context, ends);
        Send(context, ends);
        context.Wait([WorkflowEnd.Of(context.ExecutionId)], null);
    }

    public override void Resumed(ControlContext context, Stimulus? stimulus)
    {
        var end = stimulus?.Payload as JsonObject ?? [];
        var ends = Ends(context);
        if (int.TryParse(InputValues.Text(end["tag"]), out var index) && index >= 0 && index < ends.Length && ends[index] is Open or Refused)
        {
            ends = Mark(context, ends, index, end);
            Save(context, ends);
        }

        if (ends.Contains(Open))
        {
            context.Wait([WorkflowEnd.Of(context.ExecutionId)], null);
        }
        else
        {
            Close(context, ends);
        }
    }

    public override void ChildCompleted(ControlContext context, ChildCompletion child)
    {
        var ends = Ends(context);
        if (!ends.Contains(Open))
        {
            Close(context, ends);
        }
    }

    /// <summary>Evaluates what to start; false when there is nothing to wait for.</summary>
    private static bool Begin(ControlContext context)
    {
        var definition = InputValues.Text(context.EvaluateInput("WorkflowDefinitionId"));
        var items = InputValues.List(context.EvaluateInput("Items"));
        if (definition is not { Length: > 0 })
        {
            context.Fault("Input", "Input 'WorkflowDefinitionId' is empty: choose the workflow to dispatch.");
            return false;
        }

        var most = Math.Min(context.Limits.MaxFanOut, context.Limits.MaxOutboxMessages);
        if (items.Count > most)
        {
            context.Fault("FanOut", $"{items.Count} items would start as many instances; at most {most} are allowed: dispatch them in portions.");
            return false;
        }

        context.State["definition"] = definition;
        context.State["waits"] = InputValues.Flag(context.EvaluateInput("WaitForCompletion"), otherwise: true);
        context.State["key"] = InputValues.Text(context.EvaluateInput("DefaultItemInputKey")) is { Length: > 0 } key ? key : "Item";

        // As text: the state of an activity is copied before each step, and a thousand items in one string are one copy.
        context.State["items"] = items.ToJsonString();
        context.State["input"] = InputValues.Object(context.EvaluateInput("Input")).ToJsonString();
        Save(context, new string(Open, items.Count));
        if (items.Count == 0)
        {
            context.Complete("Completed", "Done");
        }

        return items.Count > 0;
    }

    private static void Send(ControlContext context, string ends)
    {
        var items = (JsonArray)JsonNode.Parse(context.State["items"]!.GetValue<string>())!;
        var shared = context.State["input"]!.GetValue<string>();
        var key = context.State["key"]!.GetValue<string>();
        for (var i = 0; i < ends.Length; i++)
        {
            if (ends[i] == Open)
            {
                var input = BulkItem.Input(JsonNode.Parse(shared)!.AsObject(), items[i], key, context.Scope.InstanceId);
                context.StartChild(new ChildStart
                {
                    InstanceId = ChildStart.IdOf(context.ExecutionId, i),
                    DefinitionId = context.State["definition"]!.GetValue<string>(),
                    Input = input,
                    CorrelationId = BulkItem.CorrelationId(context, items[i], key),
                    Key = context.ExecutionId,
                    Tag = i.ToString(CultureInfo.InvariantCulture),
                    Waits = context.State["waits"]!.GetValue<bool>(),
                });
            }
        }
    }

    private static string Mark(ControlContext context, string ends, int index, JsonObject end)
    {
        var status = InputValues.Text(end["status"]);
        var onFault = Embedded(context, "ChildFaulted");
        var mark = status switch
        {
            WorkflowEnd.Refused => onFault is null ? Refused : Faulted,
            WorkflowEnd.Faulted => Faulted,
            WorkflowEnd.Cancelled => Cancelled,
            _ => Completed,
        };
        if (mark == Refused)
        {
            context.State["problem"] ??= end["problem"]?.DeepClone();
        }

        var activity = mark is Faulted ? onFault : mark is Completed && status != WorkflowEnd.Started ? Embedded(context, "ChildCompleted") : null;
        if (activity is not null)
        {
            context.Schedule(activity, null, BulkItem.Variables(index, end));
        }

        return string.Concat(ends.AsSpan(0, index), [mark], ends.AsSpan(index + 1));
    }

    private static void Close(ControlContext context, string ends)
    {
        if (ends.Contains(Refused))
        {
            var problem = InputValues.Text(context.State["problem"]);
            context.FaultAndRestart("ChildNotStarted", $"{ends.Count(e => e == Refused)} of {ends.Length} workflows were not started: {problem}");
        }
        else if (context.ActiveChildren == 0)
        {
            context.Complete(ends.All(e => e == Cancelled) ? ["Canceled", "Done"] : ["Completed", "Done"]);
        }
    }

    private static ActivityNode? Embedded(ControlContext context, string port) => context.Node.Child(port) is [var activity, ..] ? activity : null;

    private static string Ends(ControlContext context) => context.State["ends"]!.GetValue<string>();

    private static void Save(ControlContext context, string ends) => context.State["ends"] = ends;
}
