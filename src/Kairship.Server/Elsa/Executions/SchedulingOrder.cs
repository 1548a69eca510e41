using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution.Journaling;

namespace Kairship.Server.Elsa.Executions;

/// <summary>
/// After which activity each one was scheduled. The journal does not say it, the graph does: in a flowchart the last one that completed by an outcome connected to it, in a sequence
/// the one before, elsewhere the activity around it. Always one that started before.
/// </summary>
internal static class SchedulingOrder
{
    public static int[] Of(ExecutionPicture picture)
    {
        var found = new int[picture.Entries.Count];
        var siblings = new Dictionary<(int Parent, string Activity), List<int>>();
        for (var i = 0; i < found.Length; i++)
        {
            var parent = Earlier(picture.ParentOf(i), i);
            var before = Before(picture, siblings, parent, i);
            found[i] = before >= 0 ? before : parent;
            var key = (parent, picture.Entries[i].Execution.ActivityId);
            if (!siblings.TryGetValue(key, out var list))
            {
                siblings.Add(key, list = []);
            }

            list.Add(i);
        }

        return found;
    }

    private static int Earlier(int index, int than) => index < than ? index : -1;

    private static int Before(ExecutionPicture picture, Dictionary<(int Parent, string Activity), List<int>> siblings, int parent, int index)
    {
        if (parent < 0 || picture.NodeOf(parent) is not { } around || picture.NodeOf(index) is not { } node)
        {
            return -1;
        }

        return around.Flowchart is { } flowchart
            ? flowchart.Incoming[node.Id].Select(c => LastCompleted(picture, siblings, (parent, c.Source.Id), index, c.SourcePort)).DefaultIfEmpty(-1).Max()
            : PreviousOf(around, node) is { } previous ? LastCompleted(picture, siblings, (parent, previous.Id), index, null) : -1;
    }

    private static ActivityNode? PreviousOf(ActivityNode around, ActivityNode node)
    {
        if (around.TypeName != "Elsa.Sequence")
        {
            return null;
        }

        var steps = around.Child("Activities");
        for (var i = 1; i < steps.Count; i++)
        {
            if (ReferenceEquals(steps[i], node))
            {
                return steps[i - 1];
            }
        }

        return null;
    }

    private static int LastCompleted(
        ExecutionPicture picture, Dictionary<(int Parent, string Activity), List<int>> siblings, (int Parent, string Activity) key, int index, string? outcome)
    {
        var start = picture.Entries[index].StartLine;
        var candidates = siblings.GetValueOrDefault(key) ?? [];
        for (var i = candidates.Count - 1; i >= 0; i--)
        {
            var entry = picture.Entries[candidates[i]];
            if (entry.Execution.Status == ActivityExecutionStatus.Completed && entry.EndLine < start && (outcome is null || entry.Execution.Outcomes.Contains(outcome)))
            {
                return candidates[i];
            }
        }

        return -1;
    }
}
