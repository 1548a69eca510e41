using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Executions;

/// <summary>What the activities of an instance had done at one moment. Immutable. The workflow itself counts as an activity, around all others.</summary>
internal sealed class ExecutionPicture
{
    /// <summary>The activity and node id of the workflow itself.</summary>
    public const string WorkflowNode = "Workflow1";

    private readonly Dictionary<string, int> byId;
    private readonly string[] nodeIds;
    private readonly int[] faults;
    private readonly Lazy<int[]> schedulers;
    private readonly Lazy<int[]> depths;

    public ExecutionPicture(InstanceRecord instance, WorkflowGraph? graph, IReadOnlyList<ExecutionEntry> entries, int lines, long lastSequence)
    {
        (Instance, Graph, Entries, Lines, LastSequence) = (instance, graph, entries, lines, lastSequence);
        byId = new Dictionary<string, int>(entries.Count, StringComparer.Ordinal);
        nodeIds = new string[entries.Count];
        for (var i = 0; i < entries.Count; i++)
        {
            byId[entries[i].Execution.ExecutionId] = i;
            nodeIds[i] = NodeId(entries[i].Execution);
        }

        faults = new int[entries.Count];
        RootFaults = Math.Max(CountFaults(), instance.IncidentCount);
        Stats = CountStats();
        schedulers = new Lazy<int[]>(() => SchedulingOrder.Of(this));
        depths = new Lazy<int[]>(CountDepths);
    }

    public InstanceRecord Instance { get; }

    /// <summary>Of the version that the instance runs by now; null when that does not compile here (any more).</summary>
    public WorkflowGraph? Graph { get; }

    /// <summary>In the order in which they started.</summary>
    public IReadOnlyList<ExecutionEntry> Entries { get; }

    /// <summary>Lines of the journal.</summary>
    public int Lines { get; }

    /// <summary>Of the last line.</summary>
    public long LastSequence { get; }

    /// <summary>What has faulted and waits for somebody, in all.</summary>
    public int RootFaults { get; }

    /// <summary>By node, in the order in which they first started; the workflow first.</summary>
    public IReadOnlyList<ActivityStats> Stats { get; }

    public string RootId => RootIdOf(Instance.Id);

    /// <summary>The id of the execution of the workflow itself. Those of activities end in a slash and a number.</summary>
    public static string RootIdOf(string instanceId) => $"{instanceId}/{WorkflowNode}";

    public ActivityNode? NodeOf(int index) => Graph?.ById.GetValueOrDefault(Entries[index].Execution.ActivityId);

    /// <summary>Where the diagram has it now: a journal line says where it was in the version that the instance ran by then.</summary>
    public string NodeIdOf(int index) => nodeIds[index];

    /// <summary>How many executions in it, itself included, have faulted.</summary>
    public int FaultsOf(int index) => faults[index];

    /// <summary>The activity after which it was scheduled, or the one around it; -1: the workflow.</summary>
    public int SchedulerOf(int index) => schedulers.Value[index];

    /// <summary>How many came before it, each scheduled by the one before.</summary>
    public int DepthOf(int index) => depths.Value[index];

    public int ParentOf(int index) => Entries[index].Execution.ParentExecutionId is { } parent ? IndexOf(parent) : -1;

    /// <summary>-1: there is none.</summary>
    public int IndexOf(string executionId) => byId.GetValueOrDefault(executionId, -1);

    public IEnumerable<int> OfNode(string nodeId) => Enumerable.Range(0, nodeIds.Length).Where(i => nodeIds[i] == nodeId);

    private string NodeId(ActivityExecution execution) => Graph?.ById.TryGetValue(execution.ActivityId, out var node) == true ? node.NodeId : execution.NodeId;

    private int CountFaults()
    {
        var all = 0;
        for (var i = 0; i < faults.Length; i++)
        {
            if (!Entries[i].IsFaulted)
            {
                continue;
            }

            all++;

            // As often as there are executions at most: a journal that was written by another version is no reason to go round for ever.
            var (at, steps) = (i, 0);
            while (at >= 0 && steps++ <= faults.Length)
            {
                faults[at]++;
                at = ParentOf(at);
            }
        }

        return all;
    }

    private IReadOnlyList<ActivityStats> CountStats()
    {
        var isOver = Instance.Status is InstanceStatus.Finished or InstanceStatus.Cancelled;
        var stats = new List<ActivityStats>
        {
            new(WorkflowNode, WorkflowNode, 1, isOver ? 1 : 0, isOver ? 0 : 1, false, false, RootFaults),
        };
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < nodeIds.Length; i++)
        {
            var entry = Entries[i];
            if (!known.TryGetValue(nodeIds[i], out var at))
            {
                known.Add(nodeIds[i], at = stats.Count);
                stats.Add(new ActivityStats(entry.Execution.ActivityId, nodeIds[i], 0, 0, 0, false, false, 0));
            }

            var ended = entry.Execution.Status is ActivityExecutionStatus.Completed or ActivityExecutionStatus.Cancelled;
            stats[at] = stats[at] with
            {
                StartedCount = stats[at].StartedCount + 1,
                CompletedCount = stats[at].CompletedCount + (ended ? 1 : 0),
                UncompletedCount = stats[at].UncompletedCount + (ended ? 0 : 1),
                IsBlocked = stats[at].IsBlocked || entry.IsBlocked,
                IsFaulted = stats[at].IsFaulted || entry.IsFaulted,
                AggregateFaultCount = stats[at].AggregateFaultCount + faults[i],
            };
        }

        return stats;
    }

    private int[] CountDepths()
    {
        var counted = new int[Entries.Count];
        for (var i = 0; i < counted.Length; i++)
        {
            counted[i] = schedulers.Value[i] is >= 0 and var before ? counted[before] + 1 : 1;
        }

        return counted;
    }
}
