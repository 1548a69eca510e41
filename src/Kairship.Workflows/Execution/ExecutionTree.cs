using System.Collections;
using System.Runtime.InteropServices;

namespace Kairship.Workflows.Execution;

/// <summary>
/// The executions of a snapshot, in the order of scheduling, and as a tree. A sequence of ten has two of them at a time, a wide loop has thousands: the places are fields of the
/// executions themselves (<see cref="TreePlace"/>), so that coming and going costs no memory and no search. Changing it while it is enumerated throws.
/// </summary>
internal sealed class ExecutionTree : IReadOnlyCollection<ExecutionState>
{
    /// <summary>Up to here looking at each is quicker than keeping an index.</summary>
    private const int FewExecutions = 16;

    private readonly InstanceState state;

    // In the order of scheduling, with holes where executions went away.
    private readonly List<ExecutionState?> slots;
    private Dictionary<string, ExecutionState>? byId;
    private int version;

    public ExecutionTree(InstanceState state)
    {
        this.state = state;
        slots = new List<ExecutionState?>(Math.Max(4, state.Executions.Count));
        state.Executions.ForEach(execution => execution.Place = default);
        foreach (var execution in state.Executions)
        {
            Index(execution, execution.Parent is { } parent ? Find(parent) : null);
        }
    }

    public IReadOnlyCollection<ExecutionState> All => this;

    public int Count { get; private set; }

    public ExecutionState? Find(string id)
    {
        if (byId is not null)
        {
            return byId.GetValueOrDefault(id);
        }

        foreach (var execution in CollectionsMarshal.AsSpan(slots))
        {
            if (execution is not null && execution.Id == id)
            {
                return execution;
            }
        }

        return null;
    }

    public bool Contains(ExecutionState execution) =>
        execution.Place.Slot < slots.Count && ReferenceEquals(slots[execution.Place.Slot], execution);

    public ExecutionState? ParentOf(ExecutionState execution) => execution.Place.Parent is { } parent && Contains(parent) ? parent : null;

    public ChildExecutions ChildrenOf(ExecutionState execution) => new(execution);

    public ExecutionState Add(string activityId, ExecutionState? parent, string? tag)
    {
        ref var iteration = ref CollectionsMarshal.GetValueRefOrAddDefault(state.Iterations, activityId, out _);
        iteration++;
        var execution = new ExecutionState(activityId, iteration) { Order = state.NextOrder++, Parent = parent?.Id, Tag = tag };
        Index(execution, parent);
        return execution;
    }

    public void Remove(ExecutionState execution)
    {
        if (!Contains(execution))
        {
            return;
        }

        version++;
        Count--;
        byId?.Remove(execution.Id);
        slots[execution.Place.Slot] = null;
        execution.Place.Leave(execution);
        while (slots is [.., null])
        {
            slots.RemoveAt(slots.Count - 1);
        }

        if (slots.Count > FewExecutions && slots.Count > 2 * Count)
        {
            slots.RemoveAll(slot => slot is null);
            Renumber(0);
        }
    }

    /// <summary>Puts back what was removed a moment ago.</summary>
    public void Restore(ExecutionState execution) => Index(execution, execution.Place.Parent);

    /// <summary>Writes the executions back into the snapshot, in order.</summary>
    public void Save()
    {
        state.Executions.Clear();
        foreach (var execution in slots)
        {
            if (execution is not null)
            {
                state.Executions.Add(execution);
            }
        }
    }

    public IEnumerator<ExecutionState> GetEnumerator()
    {
        var begun = version;
        for (var i = 0; i < slots.Count; i++)
        {
            if (slots[i] is { } execution)
            {
                yield return execution;
                if (begun != version)
                {
                    throw new InvalidOperationException("The executions changed while they were enumerated: make a list first.");
                }
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Index(ExecutionState execution, ExecutionState? parent)
    {
        version++;
        var at = slots.Count;
        while (at > 0 && (slots[at - 1] is null || slots[at - 1]!.Order > execution.Order))
        {
            at--;
        }

        // Behind the last one that is older; a hole there is as good as a new place.
        if (at < slots.Count && slots[at] is null)
        {
            slots[at] = execution;
        }
        else
        {
            slots.Insert(at, execution);
        }

        Renumber(at);
        execution.Place.Enter(execution, parent);
        Count++;
        if (byId is not null)
        {
            byId.Add(execution.Id, execution);
        }
        else if (Count > FewExecutions)
        {
            byId = slots.OfType<ExecutionState>().ToDictionary(e => e.Id);
        }
    }

    private void Renumber(int from)
    {
        for (var i = from; i < slots.Count; i++)
        {
            if (slots[i] is { } execution)
            {
                execution.Place.Slot = i;
            }
        }
    }
}
