namespace Kairship.Workflows.Execution;

/// <summary>The executions of a snapshot, indexed by id, by parent and in the order of scheduling.</summary>
internal sealed class ExecutionTree
{
    private readonly InstanceState state;
    private readonly SortedDictionary<int, ExecutionState> ordered = [];
    private readonly Dictionary<string, ExecutionState> byId = [];
    private readonly Dictionary<string, SortedDictionary<int, ExecutionState>> byParent = [];

    public ExecutionTree(InstanceState state)
    {
        this.state = state;
        foreach (var execution in state.Executions)
        {
            Index(execution);
        }
    }

    public IReadOnlyCollection<ExecutionState> All => ordered.Values;

    public ExecutionState? Find(string id) => byId.GetValueOrDefault(id);

    public bool Contains(ExecutionState execution) => byId.TryGetValue(execution.Id, out var found) && ReferenceEquals(found, execution);

    public ExecutionState? ParentOf(ExecutionState execution) => execution.Parent is { } parent ? Find(parent) : null;

    public IReadOnlyCollection<ExecutionState> ChildrenOf(ExecutionState execution) =>
        byParent.TryGetValue(execution.Id, out var children) ? children.Values : [];

    public ExecutionState Add(string activityId, ExecutionState? parent, string? tag)
    {
        var iteration = state.Iterations.GetValueOrDefault(activityId) + 1;
        state.Iterations[activityId] = iteration;
        var execution = new ExecutionState { Id = $"{activityId}/{iteration}", Order = state.NextOrder++, Parent = parent?.Id, Tag = tag };
        Index(execution);
        return execution;
    }

    public void Remove(ExecutionState execution)
    {
        byId.Remove(execution.Id);
        ordered.Remove(execution.Order);
        if (execution.Parent is { } parent && byParent.TryGetValue(parent, out var siblings))
        {
            siblings.Remove(execution.Order);
            if (siblings.Count == 0)
            {
                byParent.Remove(parent);
            }
        }
    }

    /// <summary>Puts back what was removed a moment ago.</summary>
    public void Restore(ExecutionState execution) => Index(execution);

    /// <summary>Writes the executions back into the snapshot, in order.</summary>
    public void Save() => state.Executions = [.. ordered.Values];

    private void Index(ExecutionState execution)
    {
        byId.Add(execution.Id, execution);
        ordered.Add(execution.Order, execution);
        if (execution.Parent is { } parent)
        {
            if (!byParent.TryGetValue(parent, out var siblings))
            {
                byParent[parent] = siblings = [];
            }

            siblings.Add(execution.Order, execution);
        }
    }
}
