using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution.Journaling;

namespace Kairship.Workflows.Execution;

/// <summary>
/// The interpreter: (graph, state, event) to (state, commands). No clock, no chance, no I/O: the same state and event give the same state and
/// commands. The state is changed in place; whoever cannot commit the result forgets it and reads the last committed one. See README.md.
/// </summary>
internal sealed partial class Interpreter
{
    private static readonly ExecutionLimits Defaults = new();
    private static readonly JournalOptions KeepAll = new();

    private const int MostLinesExpected = 64;

    private readonly WorkflowGraph graph;
    private readonly ExecutionLimits limits;
    private readonly JournalOptions journalOptions;
    private readonly Action<string, JsonNode?> assigned;
    private readonly Queue<(ExecutionState Target, PendingStep Step)> queue = new();
    private readonly NodeContext context;
    private Transition? current;
    private DateTimeOffset now;

    public Interpreter(WorkflowGraph graph, InstanceState state, ExecutionLimits? limits = null, JournalOptions? journalOptions = null)
    {
        this.graph = graph;
        this.limits = limits ?? Defaults;
        this.journalOptions = journalOptions ?? KeepAll;
        assigned = Assigned;
        State = state;
        Tree = new ExecutionTree(state);
        context = new NodeContext(this);
        knowledge = GraphJournal.Of(graph);
        current = new Transition(state.Phase == StatePhase.Pending ? Math.Min((2 * graph.Nodes.Count) + 2, MostLinesExpected) : 0);
        if (state.Phase == StatePhase.Pending)
        {
            state.Iterations.EnsureCapacity(Math.Min(graph.Nodes.Count, MostLinesExpected));
        }

        parked = IsHalted;
    }

    public InstanceState State { get; }

    /// <summary>The commands since the last commit.</summary>
    private Transition Outgoing => current ??= new Transition(0);

    public ExecutionTree Tree { get; }

    /// <summary>Something faulted that stops everything: nothing new starts, what runs may end.</summary>
    public bool IsHalted => State.Incidents?.Exists(i => !i.Continues) == true;

    /// <summary>Effects may start, waits may end.</summary>
    public bool MayAdvance => !IsHalted && !State.Paused && !State.IsFinal;

    /// <summary>Effects to run: their intent is in the state.</summary>
    public IEnumerable<ExecutionState> ReadyEffects => Tree.All.Where(e => e.Phase == ExecutionPhase.Ready);

    /// <summary>When the next wait or back-off ends by itself; null when none does.</summary>
    public DateTimeOffset? NextDue => MayAdvance ? Tree.All.Min(WakeAt) : null;

    public string ExternalId(ExecutionState execution) => execution.ExternalId(State.Id);

    /// <summary>Applies one event with all that follows from it. False when it changed nothing (a stimulus that nothing waits for, a result of an execution that is gone).</summary>
    public bool Apply(InstanceEvent e)
    {
        now = e.At;
        var changed = e switch
        {
            InstanceEvent.Started => Start(),
            InstanceEvent.EffectEnded ended => EndEffect(ended),
            InstanceEvent.TimePassed => PassTime(),
            InstanceEvent.StimulusArrived arrived => Deliver(arrived.Stimulus),
            InstanceEvent.Commanded commanded => Carry(commanded.Command),
            InstanceEvent.FaultRequested fault => FaultFromOutside(fault),
            _ => throw new InvalidOperationException($"Unknown event {e.GetType().Name}."),
        };
        Drain();
        UnparkBookmarks();
        State.FaultTold = State.FaultTold && IsFaulted;
        Outgoing.Changed |= changed;
        return changed;
    }

    /// <summary>The commands since the last call, and the snapshot brought up to date for serialising.</summary>
    public Transition TakeTransition()
    {
        Tree.Save();
        TrimJournal();
        var taken = Outgoing;
        current = null;
        (journalLength, outboxBytes) = (0, 0);
        return taken;
    }

    private static bool IsTimed(ExecutionState e) => e is { Phase: ExecutionPhase.Waiting or ExecutionPhase.BackingOff, Due: not null };

    private bool Start()
    {
        if (State.Phase != StatePhase.Pending)
        {
            return false;
        }

        State.Phase = StatePhase.Running;
        foreach (var input in graph.Inputs.Where(i => i.Default is not null && State.Input?.ContainsKey(i.Name) != true))
        {
            (State.Input ??= [])[input.Name] = input.Default!.DeepClone();
        }

        if (graph.Variables.Count > 0)
        {
            State.Variables = graph.Variables.ToDictionary(v => v.Id, v => v.Default?.DeepClone());
        }

        JournalWorkflow("WorkflowStarted", "inputs", State.Input, journalOptions.Inputs);
        Schedule(graph.Root, null, null, null);
        return true;
    }

    private bool Deliver(Stimulus stimulus)
    {
        if (!MayAdvance)
        {
            return false;
        }

        var waiting = Tree.All
            .Where(e => e.Phase == ExecutionPhase.Waiting && e.Bookmarks?.Any(b => b.Name == stimulus.Key.Name && b.Key == stimulus.Key.Key) == true)
            .ToList();
        State.Hops = waiting.Count > 0 ? Math.Max(State.Hops, stimulus.Hops) : State.Hops;
        foreach (var execution in waiting)
        {
            WakeUp(execution, stimulus);
        }

        return waiting.Count > 0;
    }

    private void WakeUp(ExecutionState execution, Stimulus? stimulus)
    {
        RemoveBookmarks(execution);
        execution.Due = null;
        var kept = stimulus is null ? null : Messages.State(stimulus);
        if (graph.ById[execution.ActivityId].Activity is EffectActivity)
        {
            // The next attempt must see what the failed one saw: its stimulus is consumed and comes only once.
            execution.ResumedBy = execution.Phase == ExecutionPhase.BackingOff ? execution.ResumedBy : kept;
            execution.Phase = ExecutionPhase.Ready;
        }
        else
        {
            execution.Phase = ExecutionPhase.Running;
            queue.Enqueue((execution, new PendingStep(StepKind.Resumed, Stimulus: kept)));
        }

        JournalResumed(execution, stimulus);
    }

    private bool FaultFromOutside(InstanceEvent.FaultRequested fault)
    {
        var execution = fault.ExecutionId is { } id ? Tree.Find(id) : null;
        if (execution is null)
        {
            AddIncident(null, fault.Type, fault.Message);
        }
        else
        {
            Fault(execution, fault.Type, fault.Message, null);
        }

        return true;
    }
}
