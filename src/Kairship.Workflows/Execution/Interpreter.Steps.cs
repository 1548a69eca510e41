using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Execution;

/// <content>Scheduling, and the calls into activities.</content>
internal sealed partial class Interpreter
{
    private ExecutionState Schedule(ActivityNode node, ExecutionState? parent, string? tag, IReadOnlyDictionary<string, JsonNode?>? variables)
    {
        CheckRoom(node, parent);
        var execution = Tree.Add(node.Id, parent, tag);
        if (variables is { Count: > 0 } || node.Variables.Count > 0)
        {
            execution.Variables = VariablesOf(node, variables ?? new Dictionary<string, JsonNode?>());
        }

        execution.Deadline = DeadlineOf(node);
        queue.Enqueue((execution, PendingStep.ToStart));
        return execution;
    }

    private Dictionary<string, JsonNode?> VariablesOf(ActivityNode node, IReadOnlyDictionary<string, JsonNode?> handedDown)
    {
        var variables = new Dictionary<string, JsonNode?>();
        foreach (var (name, value) in handedDown)
        {
            Assigned(name, value);
            variables[name] = value?.DeepClone();
        }

        foreach (var variable in node.Variables)
        {
            variables[variable.Id] = variable.Default?.DeepClone();
        }

        return variables;
    }

    private DateTimeOffset? DeadlineOf(ActivityNode node) => node.Policy.Timeout is { } limit ? SaturatingAdd(now, limit) : null;

    private void Drain()
    {
        var steps = 0;
        while (queue.TryDequeue(out var next))
        {
            var (target, step) = next;
            if (State.IsFinal || !Tree.Contains(target) || target.Phase == ExecutionPhase.Compensating)
            {
                continue;
            }

            if (target.Phase == ExecutionPhase.Faulted)
            {
                (target.Redo ??= []).Add(step);
            }
            else if (++steps > limits.MaxControlSteps)
            {
                Fault(target, "EndlessLoop", $"More than {limits.MaxControlSteps} control steps (MaxControlSteps) without a wait or an effect: put one into the loop.", step);
            }
            else
            {
                RunStep(target, step);
            }
        }
    }

    private void RunStep(ExecutionState target, PendingStep step)
    {
        var node = graph.ById[target.ActivityId];
        var child = step.ChildId is { } id ? Tree.Find(id) : null;
        if (step.Kind == StepKind.ChildCompleted && child is null)
        {
            return;
        }

        givenOutputs.Clear();
        context.Begin(target, node);
        (string Type, string Message)? fault;
        try
        {
            Call(node, target, step, child);
            fault = context.Faulted;
        }
        catch (ExpressionException e)
        {
            fault = ("Expression", e.Message);
        }
        catch (LimitException e)
        {
            fault = (e.Type, e.Message);
        }
        catch (ActivityInputException e)
        {
            fault = ("Input", e.Message);
        }
        catch (Exception e)
        {
            fault = (e.GetType().Name, e.Message);
        }

        if (!Tree.Contains(target))
        {
            return;
        }

        if (fault is null && target.Phase == ExecutionPhase.Running && Tree.ChildrenOf(target).Count == 0)
        {
            fault = ("Stuck", $"{node.TypeName} neither completed nor waits for anything.");
        }

        if (fault is { } f)
        {
            Undo(target, child);
            Fault(target, f.Type, f.Message, step, context.Restarts);
        }
    }

    private void Call(ActivityNode node, ExecutionState target, PendingStep step, ExecutionState? child)
    {
        if (step.Kind == StepKind.Start)
        {
            var line = Record(target, "Started", null, null);
            try
            {
                Execute(node, target);
            }
            finally
            {
                JournalInputs(line, target, node, node.Activity is EffectActivity ? [.. target.Inputs ?? []] : context.Evaluated);
            }

            return;
        }

        if (node.Activity is EffectActivity && step.Kind == StepKind.ChildCompleted)
        {
            Tree.Remove(child!);
            if (Tree.ChildrenOf(target).Count == 0)
            {
                Complete(target, []);
            }

            return;
        }

        if (node.Activity is EffectActivity)
        {
            // Tried again by an operator who changed a variable.
            Execute(node, target);
            return;
        }

        var control = (ControlActivity)node.Activity;
        switch (step.Kind)
        {
            case StepKind.ChildCompleted:
                Tree.Remove(child!);
                control.ChildCompleted(context, new ChildCompletion(graph.ById[child!.ActivityId], ExternalId(child), step.Outcomes ?? [], child.Tag));
                break;
            default:
                control.Resumed(context, step.Stimulus is { } stimulus ? Messages.Stimulus(stimulus) : null);
                break;
        }
    }

    private void Execute(ActivityNode node, ExecutionState target)
    {
        if (node.Activity is ControlActivity control)
        {
            control.Execute(context);
            return;
        }

        target.Inputs = EvaluateInputs(node, target);
        target.Phase = ExecutionPhase.Ready;
    }

    /// <summary>A step that faulted is made again on a retry: what it did to the tree and to its own state, and what it sent, must not be there twice.</summary>
    private void Undo(ExecutionState target, ExecutionState? child)
    {
        foreach (var scheduled in context.Scheduled)
        {
            if (Tree.Contains(scheduled))
            {
                Tree.Remove(scheduled);
            }
        }

        if (child is not null && !Tree.Contains(child))
        {
            Tree.Restore(child);
        }

        target.State = context.StateBefore;
        for (var i = Outgoing.Outbox.Count - 1; i >= context.SentBefore; i--)
        {
            // Cancellations stay: what they end was taken out of the tree and does not come back.
            if (Outgoing.Outbox[i] is { Kind: OutboxPayload.Publish or OutboxPayload.Signal or ChildStartPayload.Kind } sent)
            {
                Outgoing.Outbox.RemoveAt(i);
                outboxBytes -= sent.Payload.Length;
            }
        }
    }

    private JsonObject EvaluateInputs(ActivityNode node, ExecutionState execution)
    {
        var scope = Scope(execution);
        var inputs = new JsonObject();
        foreach (var (name, expression) in node.Inputs)
        {
            inputs[name] = Evaluate(node, name, expression, scope);
        }

        foreach (var (name, plain) in node.PlainInputs)
        {
            inputs[name] = plain.DeepClone();
        }

        foreach (var (name, value) in inputs)
        {
            LearnInput(node, name, value);
        }

        Grow(inputs);
        return inputs;
    }

    private static JsonNode? Evaluate(ActivityNode node, string name, CompiledExpression expression, ExecutionScope scope)
    {
        try
        {
            return expression.Evaluate(scope)?.DeepClone();
        }
        catch (ExpressionException e)
        {
            throw new ExpressionException($"Input '{name}' of activity '{node.Id}': {e.Message}", e);
        }
    }

    private ExecutionScope Scope(ExecutionState? execution) => new(graph, State, Tree, execution, now, assigned);
}
