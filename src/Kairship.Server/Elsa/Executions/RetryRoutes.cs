using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;

namespace Kairship.Server.Elsa.Executions;

/// <summary>Retrying what faulted, as Elsa's client asks for it. Studio has no button for it: our page around its viewer has.</summary>
internal static class RetryRoutes
{
    private const int MaxInstances = 100;
    private const int MaxActivities = 100;
    private const int Information = 2;
    private const int Error = 4;

    public static void MapElsaRetries(this IEndpointRouteBuilder elsa) =>
        elsa.MapPost("/alterations/workflows/retry", RetryAsync).WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Administer).Audited("instance.retry");

    private static async Task<IResult> RetryAsync(RetryRequest request, InstanceOperations operations, HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var instances = request.WorkflowInstanceIds?.Distinct(StringComparer.Ordinal).ToList() ?? [];
        var activities = request.ActivityIds?.Distinct(StringComparer.Ordinal).ToList() ?? [];
        if (instances.Count is 0 or > MaxInstances || activities.Count > MaxActivities || instances.Concat(activities).Any(string.IsNullOrEmpty))
        {
            return Refusal.BadRequest(
                $"The body is {{\"workflowInstanceIds\": [...], \"activityIds\": [...]}} with 1 to {MaxInstances} instances and at most {MaxActivities} activities; without activities all that faulted is retried.")
                .ToResult();
        }

        context.AuditSubject(string.Join(", ", instances), activities.Count == 0 ? null : string.Join(", ", activities));
        var results = new List<RetryResult>();
        foreach (var instance in instances)
        {
            var entries = new List<RetryLogEntry>();
            foreach (var activity in activities.Count == 0 ? [null] : activities.ConvertAll(a => (string?)a))
            {
                entries.Add(Told(await operations.RetryAsync(instance, activity, cancellationToken), activity, time.GetUtcNow()));
            }

            var succeeded = entries.Exists(e => e.LogLevel == Information);
            results.Add(new RetryResult(instance, new RetryLog(entries), succeeded, succeeded));
        }

        return TypedResults.Json(new RetryResponse(results), ElsaJson.Options);
    }

    private static RetryLogEntry Told(Answer<Kairship.Api.Workflows.InstanceInfo> answer, string? activity, DateTimeOffset now) => answer.Refusal is { } refusal
        ? new RetryLogEntry(refusal.Detail, Error, now, "Refused")
        : new RetryLogEntry(activity is null ? "What faulted is retried." : $"'{activity}' is retried.", Information, now, "Retried");

    private sealed record RetryRequest(IReadOnlyList<string>? WorkflowInstanceIds, IReadOnlyList<string>? ActivityIds);

    private sealed record RetryResponse(IReadOnlyList<RetryResult> Results);

    private sealed record RetryResult(string WorkflowInstanceId, RetryLog Log, bool WorkflowHasScheduledWork, bool IsSuccessful);

    private sealed record RetryLog(IReadOnlyList<RetryLogEntry> LogEntries);

    /// <param name="LogLevel">As a number: 2 is information, 4 an error.</param>
    private sealed record RetryLogEntry(string Message, int LogLevel, DateTimeOffset Timestamp, string EventName);
}
