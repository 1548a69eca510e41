using Kairship.Server.Elsa.Executions;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>All that is known of an instance: its row, its state without secrets, the version that it runs by, its journal.</summary>
/// <param name="Graph">Null when the version does not compile here.</param>
/// <param name="Picture">What its activities have done; null when it was deleted just now.</param>
internal sealed record InstanceView(InstanceRecord Record, InstanceSnapshot Snapshot, WorkflowGraph? Graph, IReadOnlyList<JournalRecord> Journal, ExecutionPicture? Picture)
{
    public ActivityNode? Node(string? activityId) => activityId is not null && Graph?.ById.TryGetValue(activityId, out var node) == true ? node : null;
}

/// <summary>Reads instances for people.</summary>
internal sealed class InstanceReader(IWorkflowStore store, DefinitionCatalog catalog, ExecutionBooks books)
{
    private const int Step = 1000;

    /// <summary>Null when there is none.</summary>
    public async Task<InstanceView?> FindAsync(string id, CancellationToken cancellationToken)
    {
        // The journal first: then it has no line of what the state does not know yet, only perhaps less.
        var journal = await ReadJournalAsync(id, cancellationToken);
        if (await store.GetInstanceAsync(id, cancellationToken) is not { } record)
        {
            return null;
        }

        var graph = await catalog.GetGraphAsync(record.DefinitionVersionId, cancellationToken);
        return new InstanceView(record, Snapshot(record, graph), graph, journal, await books.ReadAsync(id, cancellationToken));
    }

    /// <summary>The whole journal, oldest first: the engine bounds how long it gets (ExecutionLimits.MaxJournalRecords).</summary>
    public async Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(string id, CancellationToken cancellationToken)
    {
        var lines = new List<JournalRecord>();
        Page<JournalRecord> page;
        do
        {
            page = await store.ReadJournalAsync(id, new PageRequest(lines.Count, Step), cancellationToken);
            lines.AddRange(page.Items);
        }
        while (page.Items.Count == Step);
        return lines;
    }

    private static InstanceSnapshot Snapshot(InstanceRecord record, WorkflowGraph? graph)
    {
        try
        {
            return InstanceSnapshot.Read(record.State, graph);
        }
        catch (InvalidDataException e)
        {
            return new InstanceSnapshot
            {
                InstanceId = record.Id, Input = [], Output = [], Outcomes = [], Variables = [], Paused = false, Running = [],
                Incidents = [new Incident(null, null, "Snapshot", e.Message, record.UpdatedAt)],
            };
        }
    }
}
