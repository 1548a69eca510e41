using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Server.Elsa.Executions;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Instances in Elsa's words. Pure.</summary>
internal static class WorkflowStates
{
    public static ElsaInstanceSummary Summary(InstanceRecord r)
    {
        var (status, sub) = ElsaStatus.Of(r);
        return new ElsaInstanceSummary(
            r.Id, r.DefinitionId, r.DefinitionVersionId, r.DefinitionVersion, status, sub, r.CorrelationId, r.Name, r.IncidentCount, r.CreatedAt, r.UpdatedAt, r.FinishedAt);
    }

    public static ElsaInstance Instance(InstanceView view)
    {
        var r = view.Record;
        var (status, sub) = ElsaStatus.Of(r);
        var state = State(view);
        return new ElsaInstance(
            r.Id, r.DefinitionId, r.DefinitionVersionId, r.DefinitionVersion, r.ParentInstanceId, state, status, sub, state.IsExecuting, r.CorrelationId, r.Name,
            state.Incidents.Count, IsSystem: false, r.CreatedAt, r.UpdatedAt, r.FinishedAt);
    }

    public static ElsaWorkflowState State(InstanceView view)
    {
        var r = view.Record;
        var (status, sub) = ElsaStatus.Of(r);
        var history = ActivityExecutionHistory.Of(view.Journal).ToDictionary(e => e.ExecutionId, StringComparer.Ordinal);
        return new ElsaWorkflowState
        {
            Id = r.Id,
            DefinitionId = r.DefinitionId,
            DefinitionVersionId = r.DefinitionVersionId,
            DefinitionVersion = r.DefinitionVersion,
            CorrelationId = r.CorrelationId,
            Name = r.Name,
            ParentWorkflowInstanceId = r.ParentInstanceId,
            Status = status,
            SubStatus = sub,
            IsExecuting = r.Status == InstanceStatus.Executing && r.QuarantineReason is null,
            Bookmarks = [.. view.Snapshot.Running.SelectMany(a => Bookmarks(view, a))],
            Incidents = Incidents(view),
            ActivityExecutionContexts = Contexts(view, history),
            ExecutionLogSequence = view.Journal.Count == 0 ? 0 : view.Journal[^1].Sequence,
            Input = (JsonObject)view.Snapshot.Input.DeepClone(),
            Output = (JsonObject)view.Snapshot.Output.DeepClone(),
            CreatedAt = r.CreatedAt,
            UpdatedAt = r.UpdatedAt,
            FinishedAt = r.FinishedAt,
        };
    }

    /// <summary>Variables of the workflow in the order of their declaration; the values are masked.</summary>
    public static IReadOnlyList<ElsaVariable> Variables(InstanceView view)
    {
        var declared = (view.Graph?.Variables ?? []).Select((v, i) => (Variable: v, Place: i)).ToDictionary(v => v.Variable.Id, StringComparer.Ordinal);
        return
        [
            .. view.Snapshot.Variables.OrderBy(v => declared.TryGetValue(v.Key, out var d) ? d.Place : int.MaxValue)
                .Select(v => declared.TryGetValue(v.Key, out var d)
                    ? new ElsaVariable(v.Key, d.Variable.Name, Typed(v.Value, d.Variable.IsArray ? $"List<{d.Variable.TypeName}>" : d.Variable.TypeName))
                    : new ElsaVariable(v.Key, v.Key, v.Value?.DeepClone())),
        ];
    }

    /// <summary>An activity may have put the text "1" into a whole number: it reads as one.</summary>
    private static JsonNode? Typed(JsonNode? value, string type)
    {
        try
        {
            return TypedValue.Convert(value, type)?.DeepClone();
        }
        catch (ExpressionException)
        {
            return value?.DeepClone();
        }
    }

    private static IEnumerable<ElsaBookmark> Bookmarks(InstanceView view, RunningActivity activity)
    {
        var type = view.Node(activity.ActivityId)?.TypeName ?? activity.ActivityId;
        var since = view.Journal.LastOrDefault(l => l.ExecutionId == activity.ExecutionId && l.Event == "Suspended")?.At ?? view.Record.UpdatedAt;
        foreach (var bookmark in activity.Bookmarks)
        {
            yield return Bookmark(bookmark.Id, new StimulusKey(bookmark.Name, bookmark.Key), Payload(bookmark));
        }

        if (activity is { Bookmarks.Count: 0, DueAt: { } due, Phase: "Waiting" })
        {
            yield return Bookmark($"{activity.ExecutionId}/due", new StimulusKey("time", due.UtcDateTime.ToString("O")), new JsonObject { ["resumeAt"] = due });
        }

        ElsaBookmark Bookmark(string id, StimulusKey key, JsonObject payload) =>
            new(id, type, StimulusHash.Of(key).ToUpperInvariant(), payload, activity.ActivityId, NodeId(view, activity.ActivityId), activity.ExecutionId, since);
    }

    /// <summary>An event's name is called as Elsa calls it; all else by what the engine waits for.</summary>
    private static JsonObject Payload(RunningBookmark bookmark) => bookmark.Name == Kairship.Workflows.Activities.BuiltIn.EventStimulus.Name
        ? new JsonObject { ["eventName"] = bookmark.Key }
        : new JsonObject { ["stimulus"] = bookmark.Name, ["key"] = bookmark.Key };

    private static List<ElsaIncident> Incidents(InstanceView view)
    {
        var incidents = view.Snapshot.Incidents
            .Select(i => new ElsaIncident(i.ActivityId, i.ActivityId is null ? null : NodeId(view, i.ActivityId), view.Node(i.ActivityId)?.TypeName, i.Message, new ElsaException(i.Type, i.Message), i.At))
            .ToList();
        if (view.Record.QuarantineReason is { } reason)
        {
            incidents.Add(new ElsaIncident(WorkflowRoot.Id, WorkflowRoot.Id, WorkflowRoot.Type, reason, new ElsaException("Quarantined", reason), view.Record.UpdatedAt));
        }

        return incidents;
    }

    private static List<ElsaActivityContext> Contexts(InstanceView view, Dictionary<string, ActivityExecution> history)
    {
        if (view.Record.Status is InstanceStatus.Finished or InstanceStatus.Cancelled)
        {
            return [];
        }

        var parents = view.Snapshot.Running.ToDictionary(a => a.ExecutionId, a => a.ParentExecutionId, StringComparer.Ordinal);
        return
        [
            .. view.Snapshot.Running.Select(a => Context(view, a, parents, history.GetValueOrDefault(a.ExecutionId))),
            new ElsaActivityContext(
                WorkflowRoot.ExecutionId(view.Record.Id), 0, null, WorkflowRoot.Id, null, [], "Running", IsExecuting: false, view.Snapshot.Incidents.Count, view.Record.CreatedAt),
        ];
    }

    private static ElsaActivityContext Context(InstanceView view, RunningActivity a, Dictionary<string, string?> parents, ActivityExecution? told)
    {
        var index = view.Picture?.IndexOf(a.ExecutionId) ?? -1;
        return new ElsaActivityContext(
            a.ExecutionId, index >= 0 ? view.Picture!.DepthOf(index) : Depth(a.ExecutionId, parents), a.ParentExecutionId ?? WorkflowRoot.ExecutionId(view.Record.Id), NodeId(view, a.ActivityId),
            view.Node(a.ActivityId)?.Parent?.NodeId ?? WorkflowRoot.Id, (JsonObject?)(a.Inputs ?? told?.Inputs)?.DeepClone() ?? [], Status(a.Phase), IsExecuting: a.Phase == "Ready",
            index >= 0 ? view.Picture!.FaultsOf(index) : a.Failures, told?.StartedAt ?? view.Record.CreatedAt)
        {
            Properties = index >= 0 && view.Node(a.ActivityId)?.Flowchart is { } flowchart
                ? new JsonObject { ["FlowScope"] = JsonSerializer.SerializeToNode(FlowVisits.Of(view.Picture!, index, flowchart), ElsaJson.Options) }
                : [],
        };
    }

    /// <summary>Where there is no picture.</summary>
    private static int Depth(string executionId, Dictionary<string, string?> parents)
    {
        var depth = 1;
        for (var at = parents.GetValueOrDefault(executionId); at is not null && depth <= parents.Count; at = parents.GetValueOrDefault(at))
        {
            depth++;
        }

        return depth;
    }

    private static string Status(string phase) => phase switch { "Faulted" => "Faulted", "Completed" => "Completed", _ => "Running" };

    private static string NodeId(InstanceView view, string activityId) =>
        view.Node(activityId)?.NodeId ?? view.Journal.FirstOrDefault(l => l.ActivityId == activityId)?.NodeId ?? activityId;
}
