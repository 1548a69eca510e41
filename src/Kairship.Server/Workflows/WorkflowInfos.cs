using System.Text.Json;
using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

internal static class WorkflowInfos
{
    public static WorkflowInfo Of(DefinitionRecord record) => new(
        record.DefinitionId, record.VersionId, record.Version, record.Name, record.Description, record.IsLatest, record.IsPublished,
        record.ContentHash, record.CreatedAt);

    public static InstanceInfo Of(InstanceRecord record) => new(
        record.Id, record.DefinitionId, record.DefinitionVersion, record.Name, record.CorrelationId, record.Status.ToString(), record.IncidentCount,
        record.QuarantineReason, record.DueAt, record.CreatedAt, record.UpdatedAt, record.FinishedAt);

    public static JournalLine Of(JournalRecord record) => new(
        record.Sequence, record.At, record.ActivityId, record.ActivityType, record.Event, record.Message, Parse(record.Data));

    public static ProblemError Of(DefinitionProblem problem) => new(
        (problem.ActivityId, problem.Property) switch
        {
            (null, null) => "",
            (null, { } property) => property,
            ({ } activity, null) => $"activity {activity}",
            ({ } activity, { } property) => $"activity {activity} / {property}",
        },
        problem.Message);

    private static JsonElement? Parse(string? data)
    {
        if (data is null)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(data);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(data);
        }
    }
}
