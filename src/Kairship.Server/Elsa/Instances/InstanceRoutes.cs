using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Instances: lists, one, journal, execution state. What changes or leaves them has files of its own.</summary>
internal static class InstanceRoutes
{
    private const int DefaultTake = 100;
    private const int MaxTake = 1000;

    public static void MapElsaInstances(this IEndpointRouteBuilder elsa)
    {
        var instances = elsa.MapGroup("/workflow-instances");
        instances.MapPost("", async (HttpContext context, InstanceLists lists, CancellationToken cancellationToken) =>
            Told(await lists.ListAsync(await ElsaBody.ReadAsync<InstanceListRequest>(context, cancellationToken), cancellationToken))).WithMetadata(BodyLimit.OneMegabyte);
        instances.MapGet("", async (HttpContext context, InstanceLists lists, CancellationToken cancellationToken) =>
            Told(await lists.ListAsync(InstanceListRequest.FromQuery(context.Request.Query), cancellationToken)));
        instances.MapGet("/{id}", async (string id, InstanceReader reader, CancellationToken cancellationToken) =>
            Told(await FindAsync(reader, id, WorkflowStates.Instance, cancellationToken)));
        instances.MapGet("/{id}/execution-state", ExecutionStateAsync);
        instances.MapGet("/{id}/journal", (string id, HttpContext context, InstanceReader reader, CancellationToken cancellationToken) =>
            JournalAsync(id, context, new JournalFilter(), reader, cancellationToken));
        instances.MapPost("/{id}/journal", async (string id, HttpContext context, InstanceReader reader, CancellationToken cancellationToken) =>
            await JournalAsync(id, context, (await ElsaBody.ReadAsync<JournalRequest>(context, cancellationToken)).Filter ?? new JournalFilter(), reader, cancellationToken))
            .WithMetadata(BodyLimit.OneMegabyte);
        instances.MapGet("/{id}/journal/{activityId}", LastEntryAsync);
        instances.MapElsaVariables();
        instances.MapElsaExports(elsa);
        elsa.MapElsaEnds();
    }

    public static IServiceCollection AddElsaInstances(this IServiceCollection services) => services
        .AddSingleton<InstanceLists>().AddSingleton<InstanceReader>().AddSingleton<InstanceEnds>().AddSingleton<InstanceWaiter>().AddSingleton<ReleaseBond>()
        .AddSingleton<WorkflowRuns>().AddSingleton<ActivityTester>();

    /// <summary>The answer to a reading call, in Elsa's JSON.</summary>
    internal static IResult Told<T>(Answer<T> answer)
        where T : class =>
        answer.Refusal is { } refusal ? refusal.ToResult() : TypedResults.Json(answer.Granted, ElsaJson.Options);

    internal static async Task<Answer<T>> FindAsync<T>(InstanceReader reader, string id, Func<InstanceView, T> show, CancellationToken cancellationToken)
        where T : class =>
        await reader.FindAsync(RouteText.Id(id), cancellationToken) is { } view ? show(view) : InstanceEnds.Unknown(RouteText.Id(id));

    private static async Task<IResult> ExecutionStateAsync(string id, IWorkflowStore store, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(RouteText.Id(id), cancellationToken) is not { } instance)
        {
            return InstanceEnds.Unknown(RouteText.Id(id)).ToResult();
        }

        var (status, sub) = ElsaStatus.Of(instance);
        return TypedResults.Json(new ElsaExecutionState(status, sub, sub, instance.UpdatedAt), ElsaJson.Options);
    }

    private static async Task<IResult> JournalAsync(string id, HttpContext context, JournalFilter filter, InstanceReader reader, CancellationToken cancellationToken)
    {
        var (skip, take) = Range(context.Request.Query);
        if (filter.IsTooLong)
        {
            return Refusal.BadRequest($"A list of the filter has at most {JournalFilter.Most} entries.").ToResult();
        }

        return Told(await FindAsync(
            reader, id,
            view =>
            {
                var matching = JournalEntries.Of(view).Where(filter.AsPredicate()).ToList();
                return new ElsaPage<ElsaJournalEntry>([.. matching.Skip(skip).Take(take)], matching.Count);
            },
            cancellationToken));
    }

    private static async Task<IResult> LastEntryAsync(string id, string activityId, InstanceReader reader, CancellationToken cancellationToken)
    {
        var found = await FindAsync(reader, id, JournalEntries.Of, cancellationToken);
        var activity = RouteText.Id(activityId);
        return found.Refusal is { } refusal ? refusal.ToResult()
            : found.Granted.LastOrDefault(e => e.ActivityId == activity) is { } entry ? TypedResults.Json(entry, ElsaJson.Options)
            : Refusal.NotFound($"The journal of instance '{RouteText.Id(id)}' has no line of activity '{activity}'.").ToResult();
    }

    /// <summary>skip and take, or page and pageSize.</summary>
    private static (int Skip, int Take) Range(IQueryCollection query)
    {
        var take = Number(query, "take", Number(query, "pageSize", DefaultTake, 1, MaxTake), 1, MaxTake);
        return (Number(query, "skip", Number(query, "page", 0, 0, 1_000_000) * take, 0, int.MaxValue), take);
    }

    private static int Number(IQueryCollection query, string name, int otherwise, int least, int most) =>
        query[name].ToString() is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, out var value) && value >= least && value <= most ? value
        : throw new BadHttpRequestException($"?{name}= is a number from {least} to {most}, not '{text}'.");
}

/// <summary>The body of a call for a part of a journal.</summary>
internal sealed record JournalRequest
{
    public JournalFilter? Filter { get; init; }
}
