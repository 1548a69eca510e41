using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Executions;

/// <summary>Adds values to executions: from the lines of the journal that have them, which are masked, and for the workflow from the masked snapshot.</summary>
internal sealed class ExecutionDetails(IWorkflowStore store)
{
    /// <summary>Lines between two that are wanted, up to which both are read at once.</summary>
    private const int MaxGap = 50;
    private const int MaxRun = 1000;

    public async Task<IReadOnlyList<ActivityRecord>> OfAsync(ExecutionPicture picture, IReadOnlyList<int> indices, CancellationToken cancellationToken)
    {
        var wanted = indices.SelectMany(i => new[] { picture.Entries[i].StartLine, picture.Entries[i].EndLine }).Where(p => p >= 0).Distinct().Order().ToList();
        var lines = await ReadAsync(picture.Instance.Id, wanted, cancellationToken);
        return [.. indices.Select(i => Of(picture, i, lines))];
    }

    public async Task<ActivityRecord> OfRootAsync(ExecutionPicture picture, CancellationToken cancellationToken)
    {
        var record = ActivityRecord.Of(ActivitySummary.OfRoot(picture), 0);
        var outputs = new JsonObject { ["Result"] = null };
        foreach (var (name, value) in await OutputAsync(picture, cancellationToken))
        {
            outputs[name] = value?.DeepClone();
        }

        return record with { Outputs = outputs };
    }

    private async Task<JsonObject> OutputAsync(ExecutionPicture picture, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetInstanceAsync(picture.Instance.Id, cancellationToken) is { } instance ? InstanceSnapshot.Read(instance.State, picture.Graph).Output : [];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static ActivityRecord Of(ExecutionPicture picture, int index, Dictionary<int, JournalRecord> lines)
    {
        var entry = picture.Entries[index];
        ActivityExecution? whole = null;
        foreach (var place in new[] { entry.StartLine, entry.EndLine })
        {
            // When lines were trimmed since, another one is there.
            if (lines.TryGetValue(place, out var line) && line.ExecutionId == entry.Execution.ExecutionId && line.ActivityId is not null)
            {
                whole = ActivityExecutionHistory.After(whole, line);
            }
        }

        var scheduler = picture.SchedulerOf(index);
        var isParent = scheduler < 0 || scheduler == picture.ParentOf(index);
        return ActivityRecord.Of(ActivitySummary.Of(picture, index), picture.DepthOf(index)) with
        {
            ActivityState = whole?.Inputs,
            Payload = Payload(entry.Execution),
            Outputs = whole?.Outputs,
            Properties = Properties(picture, index),
            Exception = entry.IsFaulted ? new ActivityFault(entry.Execution.ExceptionType ?? "Fault", whole?.ExceptionMessage ?? "") : null,
            SchedulingActivityExecutionId = isParent ? null : picture.Entries[scheduler].Execution.ExecutionId,
            SchedulingActivityId = isParent ? null : picture.Entries[scheduler].Execution.ActivityId,
        };
    }

    private static JsonObject? Payload(ActivityExecution execution)
    {
        var payload = new JsonObject();
        if (execution.Status == ActivityExecutionStatus.Completed && execution.Outcomes.Count > 0)
        {
            payload["Outcomes"] = Texts(execution.Outcomes);
        }

        if (execution.WaitsFor.Count > 0)
        {
            payload["WaitsFor"] = Texts(execution.WaitsFor);
        }

        return payload.Count == 0 ? null : payload;
    }

    private static JsonArray Texts(IReadOnlyList<string> texts) => [.. texts.Select(t => JsonValue.Create(t))];

    private static IReadOnlyDictionary<string, object?>? Properties(ExecutionPicture picture, int index)
    {
        var properties = new List<KeyValuePair<string, object?>>();
        if (picture.NodeOf(index)?.Flowchart is { } flowchart)
        {
            properties.Add(new("FlowScope", FlowVisits.Of(picture, index, flowchart)));
        }

        if (picture.Entries[index].Execution.Attempts > 1)
        {
            properties.Add(new("Attempts", picture.Entries[index].Execution.Attempts));
        }

        return properties.Count == 0 ? null : ObjectMap.Of([.. properties]);
    }

    private async Task<Dictionary<int, JournalRecord>> ReadAsync(string instanceId, List<int> places, CancellationToken cancellationToken)
    {
        var lines = new Dictionary<int, JournalRecord>(places.Count);
        for (var i = 0; i < places.Count;)
        {
            var (first, last) = (places[i], places[i]);
            while (i < places.Count && places[i] - last <= MaxGap && places[i] - first < MaxRun)
            {
                last = places[i++];
            }

            var page = await store.ReadJournalAsync(instanceId, new PageRequest(first, last - first + 1), cancellationToken);
            for (var j = 0; j < page.Items.Count; j++)
            {
                lines[first + j] = page.Items[j];
            }
        }

        return lines;
    }
}
