using Kairship.Server.Hosting;

namespace Kairship.Server.Scaling;

internal static class ServiceRegistration
{
    public static void AddKairshipScaling(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options.Scaling);
        services.AddSingleton<ScalingAnnouncer>();
        services.AddSingleton<ScalingService>();
        services.AddSingleton<ScalingWatch>();
        services.AddSingleton<Kairship.Workflows.Activities.Activity, ScaleActivity>();
        services.AddHostedService(p => p.GetRequiredService<ScalingWatch>());
        services.AddHostedService<CapacityWatch>();
    }
}
