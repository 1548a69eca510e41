using Kairship.Workflows.Activities;

namespace Kairship.Workflows.Definitions;

/// <summary>
/// A flowchart walked depth first from its start: which connections close a loop, which activities are reached, and an order in which every
/// activity comes after those that lead to it, loops aside.
/// </summary>
internal sealed record FlowchartOrder(HashSet<Connection> BackEdges, HashSet<ActivityNode> Reached, IReadOnlyList<ActivityNode> Topological)
{
    public static FlowchartOrder Of(
        IReadOnlyList<ActivityNode> activities, ILookup<string, Connection> outgoing, ILookup<string, Connection> incoming, ActivityNode? start)
    {
        var walk = new Walk(outgoing);
        if (start is not null)
        {
            walk.From(start);
            foreach (var trigger in activities.Where(a => a.CanStartWorkflow && a.Activity is ITrigger))
            {
                walk.From(trigger);
            }
        }

        HashSet<ActivityNode> reached = [.. walk.Finished];

        // What the start does not reach is still sorted, so that its loops are recognised too.
        foreach (var activity in activities.OrderBy(a => incoming[a.Id].Any()))
        {
            walk.From(activity);
        }

        walk.Finished.Reverse();
        return new FlowchartOrder(walk.BackEdges, reached, walk.Finished);
    }

    /// <summary>Iterative, as a chain of thousands of activities would be too deep for recursion.</summary>
    private sealed class Walk(ILookup<string, Connection> outgoing)
    {
        private readonly HashSet<ActivityNode> open = [];
        private readonly HashSet<ActivityNode> seen = [];

        public HashSet<Connection> BackEdges { get; } = [];

        public List<ActivityNode> Finished { get; } = [];

        public void From(ActivityNode start)
        {
            if (!seen.Add(start))
            {
                return;
            }

            open.Add(start);
            var path = new Stack<(ActivityNode Node, IEnumerator<Connection> Ways)>();
            path.Push((start, outgoing[start.Id].GetEnumerator()));
            while (path.TryPeek(out var top))
            {
                if (!top.Ways.MoveNext())
                {
                    path.Pop();
                    top.Ways.Dispose();
                    open.Remove(top.Node);
                    Finished.Add(top.Node);
                }
                else if (open.Contains(top.Ways.Current.Target))
                {
                    BackEdges.Add(top.Ways.Current);
                }
                else if (seen.Add(top.Ways.Current.Target))
                {
                    var next = top.Ways.Current.Target;
                    open.Add(next);
                    path.Push((next, outgoing[next.Id].GetEnumerator()));
                }
            }
        }
    }
}
