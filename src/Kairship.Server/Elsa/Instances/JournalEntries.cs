using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Which lines of a journal. Null or empty: not restricted.</summary>
internal sealed record JournalFilter(
    IReadOnlyList<string>? ActivityIds = null, IReadOnlyList<string>? ActivityNodeIds = null, IReadOnlyList<string>? ExcludedActivityTypes = null,
    IReadOnlyList<string>? EventNames = null)
{
    /// <summary>Entries in one of the four lists.</summary>
    public const int Most = 5000;

    public bool IsTooLong => new[] { ActivityIds, ActivityNodeIds, ExcludedActivityTypes, EventNames }.Any(l => l?.Count > Most);

    public Func<ElsaJournalEntry, bool> AsPredicate()
    {
        var (ids, nodes, types, events) = (Set(ActivityIds), Set(ActivityNodeIds), Set(ExcludedActivityTypes), Set(EventNames));
        return e => ids?.Contains(e.ActivityId) != false && nodes?.Contains(e.NodeId) != false && types?.Contains(e.ActivityType) != true && events?.Contains(e.EventName) != false;
    }

    private static HashSet<string>? Set(IReadOnlyList<string>? texts) => texts is { Count: > 0 } ? texts.ToHashSet(StringComparer.Ordinal) : null;
}

/// <summary>The journal in Elsa's words: lines of the instance itself are lines of the activity "Workflow1". Pure.</summary>
internal static class JournalEntries
{
    public static IReadOnlyList<ElsaJournalEntry> Of(InstanceView view)
    {
        var parents = ActivityExecutionHistory.Of(view.Journal).ToDictionary(e => e.ExecutionId, e => e.ParentExecutionId, StringComparer.Ordinal);
        var root = WorkflowRoot.ExecutionId(view.Record.Id);
        return [.. view.Journal.Select(line => Entry(view, line, root, parents))];
    }

    private static ElsaJournalEntry Entry(InstanceView view, JournalRecord line, string root, Dictionary<string, string?> parents)
    {
        var node = view.Node(line.ActivityId);
        var execution = line.ActivityId is null ? root : line.ExecutionId ?? root;
        return new ElsaJournalEntry(
            $"{line.InstanceId}-{line.Sequence}", execution, execution == root ? null : parents.GetValueOrDefault(execution) ?? root, line.ActivityId ?? WorkflowRoot.Id,
            line.ActivityId is null ? WorkflowRoot.Type : line.ActivityType ?? "", node?.Descriptor.Version ?? 1, node?.Name, line.NodeId ?? line.ActivityId ?? WorkflowRoot.Id, line.At,
            line.Sequence, EventName(line), line.Message, Payload(line));
    }

    /// <summary>Elsa spells it with one l.</summary>
    private static string EventName(JournalRecord line) => line.Event switch { "Cancelled" or "WorkflowCancelled" => "Canceled", var name => name };

    private static JsonObject? Payload(JournalRecord line)
    {
        var data = Parse(line.Data);
        if (line.Event != "Faulted")
        {
            return data;
        }

        var payload = new JsonObject { ["exception"] = data?["type"]?.DeepClone() ?? "Fault", ["message"] = line.Message };
        foreach (var (name, value) in (data ?? []).Where(d => d.Key != "type"))
        {
            payload.TryAdd(name, value?.DeepClone());
        }

        return payload;
    }

    private static JsonObject? Parse(string? data)
    {
        try
        {
            return data is null ? null : JsonNode.Parse(data, documentOptions: new() { MaxDepth = 128 }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
