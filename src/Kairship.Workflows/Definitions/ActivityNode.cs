using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>One activity of a compiled workflow. Immutable; shared by all instances of that version.</summary>
public sealed class ActivityNode
{
    /// <summary>Position in <see cref="WorkflowGraph.Nodes"/>; the snapshot of an instance refers to nodes by <see cref="Id"/>, not by this.</summary>
    public required int Index { get; init; }
    public required string Id { get; init; }

    /// <summary>"Workflow1:root1:a3": the path from the root.</summary>
    public required string NodeId { get; init; }
    public required string TypeName { get; init; }
    public string? Name { get; init; }
    public string? DisplayText { get; init; }
    public required Activity Activity { get; init; }
    public ActivityDescriptor Descriptor => Activity.Descriptor;
    /// <summary>Which values the journal keeps.</summary>
    public LogPersistence Log { get; init; } = LogPersistence.Inherit;

    public ActivityNode? Parent { get; internal set; }
    public bool CanStartWorkflow { get; init; }

    /// <summary>Compiled inputs by descriptor name; an input that the definition leaves null and that has a default is here with the default; others are absent.</summary>
    public required IReadOnlyDictionary<string, CompiledExpression> Inputs { get; init; }

    /// <summary>Inputs that are plain JSON (isWrapped: false), by descriptor name: SetVariable's variable, FlowSwitch's cases ...</summary>
    public required IReadOnlyDictionary<string, JsonNode> PlainInputs { get; init; }

    /// <summary>Output name to the id of the variable that takes it.</summary>
    public required IReadOnlyDictionary<string, string> Outputs { get; init; }

    /// <summary>Embedded activities by port name ("Then", "Body", "Activities", "Branches" ...), in order. A single one is a list of one.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<ActivityNode>> Children { get; init; }

    /// <summary>Retries, timeout, incident strategy, compensation.</summary>
    public ActivityPolicy Policy { get; init; } = ActivityPolicy.None;

    /// <summary>Variables declared by this activity (containers only).</summary>
    public IReadOnlyList<VariableDefinition> Variables { get; init; } = [];

    /// <summary>Connections and start when this is a flowchart; otherwise null.</summary>
    public FlowchartGraph? Flowchart { get; init; }

    /// <summary>Outcomes that this activity can leave by, as connections name them; null when they are only known at run time.</summary>
    public IReadOnlyList<string>? Outcomes { get; init; } = ["Done"];

    /// <summary>How this activity joins its incoming connections, when its customProperties.mergeMode says so; null leaves it to what every activity does.</summary>
    internal Execution.JoinMode? MergeMode { get; init; }

    /// <summary>Its mergeMode is Converge: connections that close a loop count, too.</summary>
    internal bool ConvergesLoops { get; init; }

    /// <summary>The cases of a Switch or FlowSwitch, in order; their conditions are compiled. Empty for every other activity.</summary>
    public IReadOnlyList<SwitchCase> Cases { get; init; } = [];

    public IReadOnlyList<ActivityNode> Child(string port) => Children.TryGetValue(port, out var nodes) ? nodes : [];
}

/// <summary>One case of a Switch or FlowSwitch. <see cref="Activity"/> is what a Switch runs for it; a FlowSwitch leaves by the port of that label.</summary>
public sealed record SwitchCase(string Label, CompiledExpression Condition, ActivityNode? Activity);

/// <summary>A variable as declared. <see cref="Default"/> is its value converted from the text of the definition.</summary>
public sealed record VariableDefinition(string Id, string Name, string TypeName, bool IsArray, JsonNode? Default);

public sealed record InputDefinition(string Name, string Type, bool IsArray, string? DisplayName, string? Description, JsonNode? Default);

public sealed record OutputDefinition(string Name, string Type, bool IsArray, string? Description);

public sealed record Connection(ActivityNode Source, string SourcePort, ActivityNode Target, string TargetPort);

/// <summary>The connections of a flowchart, looked up both ways.</summary>
public sealed class FlowchartGraph
{
    public required ActivityNode? Start { get; init; }
    public required IReadOnlyList<Connection> Connections { get; init; }

    /// <summary>By source activity id.</summary>
    public required ILookup<string, Connection> Outgoing { get; init; }

    /// <summary>By target activity id, without back edges (connections that close a loop).</summary>
    public required ILookup<string, Connection> IncomingForward { get; init; }

    /// <summary>By target activity id, all.</summary>
    public required ILookup<string, Connection> Incoming { get; init; }
}

/// <summary>A definition version compiled: what instances of that version run by. Immutable.</summary>
public sealed class WorkflowGraph
{
    public required string DefinitionId { get; init; }
    public required string VersionId { get; init; }
    public required int Version { get; init; }
    public required string ContentHash { get; init; }
    public string? Name { get; init; }
    /// <summary>Which values the journal keeps unless an activity says otherwise.</summary>
    public LogPersistence Log { get; init; } = LogPersistence.Inherit;

    /// <summary>Variables, inputs and outputs of the workflow whose values are secrets: customProperties["kairship:sensitive"], a list of names.</summary>
    public IReadOnlyList<string> SensitiveNames { get; init; } = [];
    public required ActivityNode Root { get; init; }
    public required IReadOnlyList<ActivityNode> Nodes { get; init; }

    /// <summary>By activity id (unique in one definition).</summary>
    public required IReadOnlyDictionary<string, ActivityNode> ById { get; init; }
    public required IReadOnlyList<VariableDefinition> Variables { get; init; }
    public required IReadOnlyList<InputDefinition> Inputs { get; init; }
    public required IReadOnlyList<OutputDefinition> Outputs { get; init; }

    /// <summary>What a fault means where no activity around it says something else.</summary>
    public IncidentStrategy Incidents { get; init; }

    /// <summary>What starts instances from outside, once this version is published.</summary>
    public IReadOnlyList<TriggerBinding> Triggers { get; init; } = [];
}
