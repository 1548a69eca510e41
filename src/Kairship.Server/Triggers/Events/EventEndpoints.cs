using Kairship.Api.Triggers;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Runtime;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Triggers.Events;

/// <summary>Events from outside, for the activities Elsa.Event.</summary>
internal static class EventEndpoints
{
    private const int MaxName = 200;
    private const string KeyHeader = "Idempotency-Key";

    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapPost("/events/{name}", PublishAsync).WithTags("Triggers").WithSummary("Publishes an event: instances that wait for it go on, workflows that start by it start")
            .Accepts<object>("application/json").WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Deploy).Audited("event.publish");

    private static async Task<Results<Accepted<EventReceipt>, ProblemHttpResult>> PublishAsync(
        string name, HttpContext context, WorkflowRuntime runtime, TimeProvider time, CancellationToken cancellationToken, string? correlationId = null)
    {
        var key = context.Request.Headers[KeyHeader].ToString();
        if (name.Length > MaxName || key.Length > MaxName || correlationId is { Length: > MaxName })
        {
            return Refusal.BadRequest($"An event's name, {KeyHeader} and ?correlationId= have at most {MaxName} characters.").ToResult();
        }

        var payload = await JsonPayload.ReadAsync(context.Request, cancellationToken);
        if (payload.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        // A key belongs to the one who sends it: another caller's cannot swallow this event.
        var dedupe = $"event:{(key.Length > 0 ? $"{Caller.NameOf(context.User)}:{key}" : Guid.CreateVersion7(time.GetUtcNow()).ToString("N"))}:{name}";
        var result = await runtime.PublishAsync(
            new Stimulus(EventStimulus.Key(RouteText.Id(name)), payload.Granted.Value) { By = Caller.NameOf(context.User) }, string.IsNullOrEmpty(correlationId) ? null : correlationId, dedupe, cancellationToken);
        return TypedResults.Accepted((string?)null, new EventReceipt(result.Resumed, result.Started,
            [.. result.Refused.Select(r => r.Problem ?? r.Outcome.ToString()), .. result.NotTaken.Select(id => $"Instance {id} did not take it: its inbox is full, or the event is too large.")]));
    }
}
