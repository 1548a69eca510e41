using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Execution.Journaling;

public enum ActivityExecutionStatus
{
    Running,

    /// <summary>Waits for a stimulus or a time, or to be tried again.</summary>
    Suspended,
    Completed,
    Faulted,
    Cancelled,
}

/// <summary>One execution of an activity, as its journal lines tell it.</summary>
/// <param name="StartedAt">Of the first line that is left, when <paramref name="IsPartial"/>.</param>
/// <param name="Attempts">Of an effect: 1 and the failures that were tried again.</param>
/// <param name="ExceptionType">What it faulted with, unless it was retried since.</param>
/// <param name="IsPartial">Its first lines were trimmed away.</param>
public sealed record ActivityExecution(
    string ExecutionId, string ActivityId, string NodeId, string ActivityType, string? ParentExecutionId, ActivityExecutionStatus Status, DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt, int Attempts, JsonObject? Inputs, JsonObject? Outputs, IReadOnlyList<string> Outcomes, string? ExceptionType, string? ExceptionMessage,
    IReadOnlyList<string> WaitsFor, bool IsPartial)
{
    public TimeSpan? Duration => CompletedAt - StartedAt;
}

/// <summary>Folds the journal of an instance into its activity executions, in the order in which they started. Pure.</summary>
public static class ActivityExecutionHistory
{
    public static IReadOnlyList<ActivityExecution> Of(IEnumerable<JournalRecord> journal)
    {
        var executions = new Dictionary<string, ActivityExecution>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var line in journal.Where(l => l is { ExecutionId: not null, ActivityId: not null }).OrderBy(l => l.Sequence))
        {
            var known = executions.GetValueOrDefault(line.ExecutionId!);
            if (known is null)
            {
                order.Add(line.ExecutionId!);
            }

            executions[line.ExecutionId!] = After(known, line);
        }

        return [.. order.Select(id => executions[id])];
    }

    /// <summary>One step of the fold, for who keeps what the lines so far came to.</summary>
    /// <param name="before">The execution so far; null: this is its first line.</param>
    /// <param name="line">A line with an execution and an activity.</param>
    public static ActivityExecution After(ActivityExecution? before, JournalRecord line) => Next(before ?? First(line), line, Data(line));

    private static ActivityExecution First(JournalRecord line) => new(
        line.ExecutionId!, line.ActivityId!, line.NodeId ?? "", line.ActivityType ?? "", DerivedParent(line), ActivityExecutionStatus.Running, line.At, null, 1, null, null, [], null, null,
        [], line.Event != "Started");

    private static ActivityExecution Next(ActivityExecution execution, JournalRecord line, JsonObject? data) => line.Event switch
    {
        "Started" => execution with
        {
            Inputs = data?["inputs"] as JsonObject,
            ParentExecutionId = Text(data?["parent"]) is { } parent ? $"{line.InstanceId}/{parent}" : execution.ParentExecutionId,
        },
        "Completed" => execution with
        {
            Status = ActivityExecutionStatus.Completed,
            CompletedAt = line.At,
            Outputs = data?["outputs"] as JsonObject,
            Outcomes = data?["outcomes"] is JsonArray outcomes ? [.. outcomes.Select(Text).OfType<string>()] : ["Done"],
            WaitsFor = [],
            ExceptionType = null,
            ExceptionMessage = null,
        },
        "Suspended" => execution with
        {
            Status = ActivityExecutionStatus.Suspended,
            WaitsFor = data?["waitsFor"] is JsonArray waits ? [.. waits.Select(Text).OfType<string>()] : [],
        },
        "Resumed" or "Retried" => execution with
        {
            Status = ActivityExecutionStatus.Running, CompletedAt = null, WaitsFor = [], ExceptionType = null, ExceptionMessage = null,
        },
        "Retrying" => execution with { Status = ActivityExecutionStatus.Suspended, Attempts = execution.Attempts + 1 },
        "Faulted" => Faulted(execution, line, data),
        "Cancelled" => execution with { Status = ActivityExecutionStatus.Cancelled, CompletedAt = line.At, WaitsFor = [] },
        _ => execution,
    };

    private static ActivityExecution Faulted(ActivityExecution execution, JournalRecord line, JsonObject? data)
    {
        var message = line.Message ?? "";
        var type = Text(data?["type"]) ?? (message.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon ? message[..colon] : "Fault");
        return execution with
        {
            Status = ActivityExecutionStatus.Faulted,
            CompletedAt = line.At,
            WaitsFor = [],
            ExceptionType = type,
            ExceptionMessage = message.StartsWith(type + ": ", StringComparison.Ordinal) ? message[(type.Length + 2)..] : message,
        };
    }

    /// <summary>The first execution of the activity around it: a line says when it is another one.</summary>
    private static string? DerivedParent(JournalRecord line)
    {
        if (line.NodeId is not { } nodeId || !nodeId.EndsWith(":" + line.ActivityId, StringComparison.Ordinal))
        {
            return null;
        }

        var around = nodeId[..^(line.ActivityId!.Length + 1)];
        return around.LastIndexOf(':') is > 0 and var colon ? $"{line.InstanceId}/{around[(colon + 1)..]}/1" : null;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonObject? Data(JournalRecord line)
    {
        try
        {
            return line.Data is null ? null : JsonNode.Parse(line.Data, documentOptions: new() { MaxDepth = StateSerializer.MaxDepth }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
