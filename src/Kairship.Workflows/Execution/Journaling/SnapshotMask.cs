using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution.Journaling;

/// <summary>Values of a state as people may see them: whole, without secrets.</summary>
internal sealed class SnapshotMask
{
    private static readonly JournalOptions Whole = new() { MaxValueLength = int.MaxValue, MaxDataLength = int.MaxValue, MaxMessageLength = int.MaxValue };

    private readonly GraphJournal graph;
    private readonly JournalData data;

    public SnapshotMask(InstanceState state, WorkflowGraph? graph)
    {
        this.graph = graph is null ? GraphJournal.Unknown : GraphJournal.Of(graph);
        data = new JournalData(new InstanceSecrets(this.graph, state), Whole);
    }

    public string Text(string text) => data.Message(text);

    public JsonObject Workflow(IEnumerable<KeyValuePair<string, JsonNode?>>? values) => Shown(values, graph.IsSensitive);

    public JsonObject Inputs(ExecutionState execution) =>
        Shown(execution.Inputs, name => graph.Find(execution.ActivityId)?.IsSensitiveInput(name) == true || SecretNames.IsSecret(name));

    private JsonObject Shown(IEnumerable<KeyValuePair<string, JsonNode?>>? values, Func<string, bool> isSensitive)
    {
        data.Begin();
        data.Values("shown", [.. values ?? []], isSensitive);
        var all = (JsonObject)JsonNode.Parse(data.End(), documentOptions: new() { MaxDepth = StateSerializer.MaxDepth })!;
        var shown = (JsonObject)all["shown"]!;
        all.Remove("shown");
        return shown;
    }
}
