using System.Text.Json;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kairship.Simulator.Hosting;

/// <summary>
/// Breaking the cluster from another process, with the cluster's bearer token: <c>GET</c> and <c>PUT /sim/v1/faults</c> (<see cref="FaultSettings"/>
/// as JSON; PUT replaces all, <c>{}</c> heals), <c>POST /sim/v1/compact</c> (watches that resume from before get 410).
/// </summary>
internal static class ControlEndpoints
{
    public static void Map(IEndpointRouteBuilder app, ObjectStore store, ClusterFaults faults, Func<string, bool> authenticate)
    {
        const string path = FaultInjection.ControlPath;
        app.MapGet($"{path}/faults", Guarded(context => Show(context, faults)));
        app.MapPut($"{path}/faults", Guarded(context => Replace(context, faults)));
        app.MapPost(
            $"{path}/compact",
            Guarded(context =>
            {
                store.Compact();
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }));

        RequestDelegate Guarded(Func<HttpContext, Task> serve) => context =>
            context.Request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.Ordinal) && authenticate(header[7..])
                ? serve(context)
                : Answer.Status(context, new ApiException(401, "Unauthorized", "Unauthorized"));
    }

    private static Task Show(HttpContext context, ClusterFaults faults) =>
        Answer.Json(context, 200, JsonSerializer.Serialize(faults.Settings, FaultSettings.Json));

    private static async Task Replace(HttpContext context, ClusterFaults faults)
    {
        try
        {
            var settings = await JsonSerializer.DeserializeAsync<FaultSettings>(context.Request.Body, FaultSettings.Json, context.RequestAborted);
            faults.Set(settings ?? new FaultSettings());
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            await Answer.Status(context, ApiException.BadRequest($"The faults cannot be read: {e.Message}"));
            return;
        }

        await Show(context, faults);
    }
}
