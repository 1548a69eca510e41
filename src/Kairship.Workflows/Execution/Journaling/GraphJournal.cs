using System.Runtime.CompilerServices;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution.Journaling;

/// <summary>What the journal needs to know of a graph, found out once.</summary>
internal sealed class GraphJournal
{
    private static readonly ConditionalWeakTable<WorkflowGraph, GraphJournal> Known = [];

    private readonly HashSet<string> sensitive = new(StringComparer.OrdinalIgnoreCase);
    private readonly NodeJournal[] nodes = [];
    private readonly WorkflowGraph? graph;

    private GraphJournal()
    {
    }

    private GraphJournal(WorkflowGraph graph)
    {
        this.graph = graph;
        Log = graph.Log;
        sensitive.UnionWith(graph.SensitiveNames);
        foreach (var variable in graph.Variables.Concat(graph.Nodes.SelectMany(n => n.Variables)).Where(v => IsSensitive(v.Name) || IsSensitive(v.Id)))
        {
            sensitive.Add(variable.Id);
            sensitive.Add(variable.Name);
        }

        nodes = [.. graph.Nodes.Select(n => new NodeJournal(this, n))];
    }

    /// <summary>For a state whose graph is not at hand: only names tell what is a secret.</summary>
    public static GraphJournal Unknown { get; } = new();

    public LogPersistence Log { get; } = LogPersistence.Inherit;

    public NodeJournal this[ActivityNode node] => nodes[node.Index];

    public static GraphJournal Of(WorkflowGraph graph) => Known.GetValue(graph, static g => new GraphJournal(g));

    public NodeJournal? Find(string activityId) => graph?.ById.TryGetValue(activityId, out var node) == true ? this[node] : null;

    /// <summary>A variable, input or output of the workflow, by name or id, that the definition calls sensitive or whose name does.</summary>
    public bool IsSensitive(string idOrName) => sensitive.Contains(idOrName) || SecretNames.IsSecret(idOrName);
}

/// <summary>One activity, as the journal sees it.</summary>
internal sealed class NodeJournal
{
    private readonly HashSet<string>? inputs;
    private readonly HashSet<string>? outputs;
    private readonly LogPersistence own;
    private readonly LogPersistence workflow;

    public NodeJournal(GraphJournal graph, ActivityNode node)
    {
        (own, workflow) = (node.Log, graph.Log);
        inputs = Names(node.Descriptor.Inputs.Where(i => i.IsSensitive || SecretNames.IsSecret(i.Name)).Select(i => i.Name));
        outputs = Names(node.Descriptor.Outputs.Where(o => o.IsSensitive || SecretNames.IsSecret(o.Name)).Select(o => o.Name)
            .Concat(node.Outputs.Where(o => graph.IsSensitive(o.Value)).Select(o => o.Key)));
        DerivedParent = node.Parent is { } parent && !parent.Id.Contains(':', StringComparison.Ordinal) ? parent.Id + "/1" : null;
    }

    /// <summary>The parent execution that <see cref="ActivityExecutionHistory"/> assumes when a line names none.</summary>
    public string? DerivedParent { get; }

    public bool IsSensitiveInput(string name) => inputs?.Contains(name) == true;

    public bool IsSensitiveOutput(string name) => outputs?.Contains(name) == true;

    public bool LogsInput(string name, JournalOptions options) => own.Input(name) ?? own.Default ?? workflow.Default ?? options.Inputs;

    public bool LogsOutput(string name, JournalOptions options) => own.Output(name) ?? own.Default ?? workflow.Default ?? options.Outputs;

    private static HashSet<string>? Names(IEnumerable<string> names) => names.ToHashSet(StringComparer.OrdinalIgnoreCase) is { Count: > 0 } found ? found : null;
}
