using Kairship.Server.Hosting;
using Kairship.Server.Problems;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Live;

internal static class HealthEndpoints
{
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Text("ok")).WithTags("Live").WithSummary("The process lives").AllowAnonymous();
        app.MapGet("/readyz", ReadyAsync).WithTags("Live").WithSummary("It takes requests: started, not draining, and the store answers").AllowAnonymous();
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> ReadyAsync(
        ServerState state, IWorkflowStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (state.Draining)
        {
            return Refusal.Unavailable("This node is stopping: ask another, or again later.").ToResult();
        }

        if (!state.Started)
        {
            return Refusal.Unavailable("This node is starting.").ToResult();
        }

        using var limit = new CancellationTokenSource(StorePatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await store.NextDueAsync(either.Token).WaitAsync(either.Token);
            return TypedResults.Text("ok");
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return Refusal.Unavailable("The database does not answer.").ToResult();
        }
    }
}
