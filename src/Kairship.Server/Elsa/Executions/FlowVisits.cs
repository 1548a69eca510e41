using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution.Journaling;

namespace Kairship.Server.Elsa.Executions;

/// <summary>What Elsa keeps of a flowchart under way: how often each activity ran, each connection was looked at, and whether it was followed the last time.</summary>
internal sealed record FlowVisits(
    IReadOnlyDictionary<string, int> ActivitiesVisitCount, IReadOnlyDictionary<string, int> ConnectionVisitCount, IReadOnlyDictionary<string, bool> ConnectionLastVisitFollowed)
{
    public static FlowVisits Of(ExecutionPicture picture, int flowchart, FlowchartGraph graph)
    {
        var activities = new Dictionary<string, int>(StringComparer.Ordinal);
        var connections = new Dictionary<string, int>(StringComparer.Ordinal);
        var followed = new Dictionary<string, bool>(StringComparer.Ordinal);
        var id = picture.Entries[flowchart].Execution.ExecutionId;
        foreach (var execution in picture.Entries.Select(e => e.Execution).Where(e => e.ParentExecutionId == id && e.Status == ActivityExecutionStatus.Completed))
        {
            activities[execution.ActivityId] = activities.GetValueOrDefault(execution.ActivityId) + 1;
            foreach (var connection in graph.Outgoing[execution.ActivityId])
            {
                var name = $"{connection.Source.Id}:{connection.SourcePort}->{connection.Target.Id}:{connection.TargetPort}";
                connections[name] = connections.GetValueOrDefault(name) + 1;
                followed[name] = execution.Outcomes.Contains(connection.SourcePort);
            }
        }

        return new FlowVisits(activities, connections, followed);
    }
}
