using Kairship.Api;
using Kairship.Api.Triggers;
using Kairship.Server.Access;
using Kairship.Server.Problems;
using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Triggers.Schedules;

internal static class ScheduleEndpoints
{
    public static void MapSchedules(this IEndpointRouteBuilder api) =>
        api.MapGet("/schedules", async (IWorkflowStore store, TimeProvider time, Paging paging, CancellationToken cancellationToken) =>
        {
            var triggers = await store.ListTriggersAsync(Schedule.StimulusName, cancellationToken);
            return TypedResults.Ok(paging.Cut([.. triggers.Select(t => Info(t, time.GetUtcNow()))]));
        }).WithTags("Triggers").WithSummary("Schedules of published workflows, with their next fire times").RequireAuthorization(Policies.Read);

    private static ScheduleInfo Info(TriggerRecord trigger, DateTimeOffset now)
    {
        var schedule = Schedule.Of(trigger);
        return new ScheduleInfo(
            trigger.DefinitionId, trigger.VersionId, trigger.ActivityId, schedule?.Description ?? trigger.StimulusKey, schedule?.Next(now), trigger.FiredAt, trigger.PublishedAt);
    }
}
