using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Execution;

/// <summary>An interpreter in the hand: effects are ended by the test, in the order and with the outcomes that it wants.</summary>
internal sealed class GraphFixture
{
    // Time enough for a process that is held in the middle of an expression.
    private static readonly ExpressionCompiler Expressions = new(new ExpressionLimits { Time = TimeSpan.FromSeconds(30) });
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public GraphFixture(string json, int maxSteps = 10_000)
    {
        var compiled = Compile(json);
        Graph = compiled.Graph ?? throw new InvalidOperationException(string.Join("; ", compiled.Problems.Select(p => $"[{p.ActivityId}] {p.Message}")));
        Interpreter = new Interpreter(Graph, new InstanceState { Id = "i", DefinitionId = Graph.DefinitionId, VersionId = "v1", Version = 1, ContentHash = Graph.ContentHash },
            new ExecutionLimits { MaxControlSteps = maxSteps });
        Now = Start;
        Interpreter.Apply(new InstanceEvent.Started(Now));
    }

    /// <summary>Goes on from a state.</summary>
    public GraphFixture(WorkflowGraph graph, InstanceState state)
    {
        (Graph, Now) = (graph, Start);
        Interpreter = new Interpreter(graph, state);
    }

    public static CompileResult Compile(string json) =>
        new DefinitionCompiler(new ActivityRegistry(BuiltInActivities.Create(Expressions).Append(new RecordingEffect(new EffectLedger()))), Expressions)
            .Compile(WorkflowDefinition.Parse(json), "v1", 1);

    public WorkflowGraph Graph { get; }

    public Interpreter Interpreter { get; private set; }

    public DateTimeOffset Now { get; private set; }

    public InstanceState State => Interpreter.State;

    /// <summary>Ids of executions whose effect is to run.</summary>
    public IReadOnlyList<string> Ready => [.. Interpreter.ReadyEffects.Select(e => e.Id)];

    /// <summary>Every execution that was started, in order.</summary>
    public List<string> Started { get; } = [];

    public void End(string executionId, params string[] outcomes)
    {
        Interpreter.Apply(new InstanceEvent.EffectEnded(Now, executionId, ActivityResult.Leave(outcomes is [var one] ? one : "Done"), [], null));
        Note();
    }

    public void Signal(string name, JsonNode? payload = null)
    {
        Interpreter.Apply(new InstanceEvent.StimulusArrived(Now, new Stimulus(EventStimulus.Key(name), payload)));
        Note();
    }

    public void Pass(TimeSpan time)
    {
        Now += time;
        Interpreter.Apply(new InstanceEvent.TimePassed(Now));
        Note();
    }

    public bool Apply(Func<DateTimeOffset, InstanceEvent> e)
    {
        var changed = Interpreter.Apply(e(Now));
        Note();
        return changed;
    }

    /// <summary>What a crash and a restart do: only what is in the bytes goes on.</summary>
    public int Reload()
    {
        Note();
        var bytes = StateSerializer.Write(State);
        Interpreter = new Interpreter(Graph, StateSerializer.Read(bytes));
        return bytes.Length;
    }

    public void Note()
    {
        var transition = Interpreter.TakeTransition();
        Started.AddRange(transition.Journal.Where(j => j.Event == "Started").Select(j => j.ExecutionId!["i/".Length..]));
    }
}
