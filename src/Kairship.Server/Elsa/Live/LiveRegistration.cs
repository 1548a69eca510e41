using Kairship.Server.Access;
using Microsoft.AspNetCore.SignalR;

namespace Kairship.Server.Elsa.Live;

internal static class LiveRegistration
{
    public const string Path = "/elsa/hubs/workflow-instance";

    private const int ConnectionBuffer = 64 * 1024;

    public static void AddElsaLive(this IServiceCollection services)
    {
        var options = new WatchLimits();
        services.AddSingleton(options);
        services.AddSingleton<InstanceWatch>();
        services.AddHostedService(p => p.GetRequiredService<InstanceWatch>());
        services.AddSignalR()
            .AddJsonProtocol(json => json.PayloadSerializerOptions = ElsaJson.Options)
            .AddHubOptions<WorkflowInstanceHub>(hub =>
            {
                hub.MaximumReceiveMessageSize = options.MaxMessageBytes;
                hub.MaximumParallelInvocationsPerClient = 1;
                hub.StreamBufferCapacity = 1;
                hub.EnableDetailedErrors = false;
            });
    }

    public static void MapElsaHub(this IEndpointRouteBuilder app) =>
        app.MapHub<WorkflowInstanceHub>(Path, connection =>
        {
            connection.ApplicationMaxBufferSize = ConnectionBuffer;
            connection.TransportMaxBufferSize = ConnectionBuffer;
            connection.CloseOnAuthenticationExpiration = true;
        }).RequireAuthorization(Policies.Read);
}
