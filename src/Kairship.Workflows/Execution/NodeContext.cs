using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Execution;

internal sealed partial class Interpreter
{
    /// <summary>The interpreter as one control activity sees it during one call. One object serves all calls of an interpreter: they come one after the other.</summary>
    private sealed class NodeContext(Interpreter owner) : ControlContext
    {
        private readonly List<ExecutionState> scheduled = [];
        private ExecutionState execution = null!;
        private ActivityNode node = null!;
        private List<KeyValuePair<string, JsonNode?>>? evaluated;
        private bool isStateTouched;
        private JsonObject? stateBefore;

        public (string Type, string Message)? Faulted { get; private set; }

        /// <summary>A retry starts the activity anew.</summary>
        public bool Restarts { get; private set; }

        /// <summary>Children scheduled in this call.</summary>
        public IReadOnlyList<ExecutionState> Scheduled => scheduled;

        public void Begin(ExecutionState target, ActivityNode activity)
        {
            (execution, node, evaluated, Faulted, Restarts) = (target, activity, null, null, false);
            (isStateTouched, stateBefore) = (false, target.State);
            SentBefore = owner.Outgoing.Outbox.Count;
            scheduled.Clear();
        }

        /// <summary>How many messages were on their way before the call.</summary>
        public int SentBefore { get; private set; }

        /// <summary>The state as it was before the call.</summary>
        public JsonObject? StateBefore => stateBefore;

        public override ActivityNode Node => node;
        public override string ExecutionId => owner.ExternalId(execution);

        /// <summary>Kept as it was before the first look, for a step that faults.</summary>
        public override JsonObject State
        {
            get
            {
                if (!isStateTouched)
                {
                    isStateTouched = true;
                    stateBefore = (JsonObject?)execution.State?.DeepClone();
                }

                return execution.State ??= [];
            }
        }

        public override bool HasState => execution.State is not null;

        public override JsonObject Inputs
        {
            get
            {
                if (execution.Inputs is null)
                {
                    execution.Inputs = owner.EvaluateInputs(node, execution);
                    (evaluated ??= []).AddRange(execution.Inputs);
                }

                return execution.Inputs;
            }
        }

        /// <summary>Inputs that were evaluated in this call.</summary>
        public IReadOnlyList<KeyValuePair<string, JsonNode?>> Evaluated => evaluated ?? (IReadOnlyList<KeyValuePair<string, JsonNode?>>)[];

        public override DateTimeOffset Now => owner.now;
        public override int ActiveChildren => owner.Tree.ChildrenOf(execution).Count;
        public override IExpressionScope Scope => owner.Scope(execution);
        public override string? TriggerActivityId => owner.State.Trigger?.ActivityId;

        public override Stimulus? TriggeredBy => owner.State.Trigger is { } t && t.ActivityId == node.Id && execution.Id.EndsWith("/1", StringComparison.Ordinal)
            ? new Stimulus(new StimulusKey(t.Name, t.Key), t.Payload?.DeepClone())
            : null;

        public override IReadOnlyList<RunningChild> RunningChildren =>
            [.. owner.Tree.ChildrenOf(execution).Select(c => new RunningChild(owner.ExternalId(c), owner.graph.ById[c.ActivityId]))];

        public override string Schedule(ActivityNode child, string? tag = null, IReadOnlyDictionary<string, JsonNode?>? variables = null)
        {
            var started = owner.Schedule(child, execution, tag, variables);
            scheduled.Add(started);
            return owner.ExternalId(started);
        }

        public override JsonNode? EvaluateInput(string name)
        {
            if (!node.Inputs.TryGetValue(name, out var expression))
            {
                return node.PlainInputs.GetValueOrDefault(name)?.DeepClone();
            }

            var value = Evaluate(node, name, expression, owner.Scope(execution));
            owner.LearnInput(node, name, value);
            (evaluated ??= []).Add(KeyValuePair.Create(name, value));
            return value;
        }

        public override void Wait(IReadOnlyList<StimulusKey> stimuli, TimeSpan? delay)
        {
            if (stimuli.Count == 0 && delay is null)
            {
                Fault("InvalidWait", "A wait needs a stimulus or a delay.");
                return;
            }

            owner.Wait(execution, stimuli, delay);
        }

        public override void CancelChildren() => owner.CancelChildren(execution);

        public override void CancelChild(string executionId)
        {
            if (owner.Tree.ChildrenOf(execution).FirstOrDefault(c => owner.ExternalId(c) == executionId) is { } child)
            {
                owner.CancelExecution(child);
            }
        }

        public override void Complete(params IReadOnlyList<string> outcomes) => owner.Complete(execution, outcomes);

        public override void Fault(string type, string message) => Faulted ??= (type, message);

        public override void FaultAndRestart(string type, string message)
        {
            Restarts = true;
            Fault(type, message);
        }

        public override ExecutionLimits Limits => owner.limits;

        public override void StartChild(ChildStart child)
        {
            if (owner.State.Depth + 2 > owner.limits.MaxInstanceDepth)
            {
                Fault("InstanceDepth", $"Definition '{child.DefinitionId}' would be started {owner.State.Depth + 2} instances deep; at most {owner.limits.MaxInstanceDepth} "
                    + "are allowed: does a workflow start itself?");
                return;
            }

            owner.Send(ChildStartPayload.Kind, new ChildStartPayload(
                child.DefinitionId, child.VersionId, child.InstanceId, owner.State.Id, (JsonObject)child.Input.DeepClone(), child.CorrelationId, child.Key, child.Tag, child.Waits,
                owner.State.Depth + 1, owner.State.StartedBy, owner.State.Root).Write());
        }

        public override void SetOutput(string name, JsonNode? value) => owner.SetOutput(execution, name, value);

        public override bool SetVariable(string idOrName, JsonNode? value)
        {
            var scope = owner.Scope(execution);
            return scope.TrySetVariable(idOrName, scope.FindVariable(idOrName)?.Declared is { } declared ? Typed(value, declared) : value);
        }

        private JsonNode? Typed(JsonNode? value, VariableDefinition variable)
        {
            try
            {
                return TypedValue.Convert(value, TypeAlias.Of(variable.TypeName, variable.IsArray));
            }
            catch (ExpressionException e)
            {
                throw new ActivityInputException(
                    node.Id, "Value", $"is nothing for variable '{variable.Name}': {(owner.knowledge.IsSensitive(variable.Id) ? "it does not convert to its type" : e.Message.TrimEnd('.'))}");
            }
        }

        public override void SetWorkflowOutput(string name, JsonNode? value)
        {
            owner.Assigned(name, value);
            (owner.State.Output ??= [])[name] = value?.DeepClone();
        }

        public override void Publish(Stimulus stimulus, string? correlationId) =>
            owner.Send(Execution.OutboxPayload.Publish, new OutboxPayload(owner.Next(stimulus), correlationId));

        public override void SignalSelf(Stimulus stimulus) =>
            owner.Send(Execution.OutboxPayload.Signal, new OutboxPayload(owner.Next(stimulus), null, owner.State.Id));

        public override void BreakLoop()
        {
            for (var at = owner.Tree.ParentOf(execution); at is not null; at = owner.Tree.ParentOf(at))
            {
                if (owner.graph.ById[at.ActivityId].Activity is ControlActivity { IsLoop: true })
                {
                    owner.RehomeBetween(execution, at);
                    owner.Complete(at, []);
                    return;
                }
            }

            Fault("BreakOutsideLoop", "A Break must be inside a ForEach, ParallelForEach, For or While.");
        }

        public override void FinishWorkflow() => owner.Finish(execution, null);

        public override void FinishWorkflow(IReadOnlyList<string> outcomes) => owner.Finish(execution, outcomes);

        public override void BeginRequest(string requestId) => HttpRequests.Begin(owner.State, requestId);

        public override string? AnswerRequest(JsonObject response) => HttpRequests.Answer(owner.State, response);

        public override void SetInstanceName(string? name) => owner.State.Name = owner.CheckName("name", name);

        public override void SetCorrelationId(string? correlationId) => owner.State.CorrelationId = owner.CheckName("correlation id", correlationId);

        public override void Note(string message, JsonObject? data = null) => owner.Journal(execution, "Note", message, data);
    }
}
