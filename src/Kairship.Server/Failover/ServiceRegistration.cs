using Kairship.Delivery.Failover;

using Kairship.Server.Failover.Drills;
using Kairship.Server.Failover.Drills.Twins;

namespace Kairship.Server.Failover;

internal static class ServiceRegistration
{
    public static void AddKairshipFailover(this IServiceCollection services)
    {
        services.AddSingleton(new FailoverRate());
        services.AddSingleton<ApplicationHistories>();
        services.AddSingleton<FailoverSurvey>();
        services.AddSingleton<LossReports>();
        services.AddSingleton<FenceHooks>();
        services.AddSingleton<Kairship.Workflows.Activities.Activity, FailOverActivity>();
        services.AddSingleton(new DrillPace());
        services.AddSingleton(new TwinBounds());
        services.AddSingleton<FleetReader>();
        services.AddSingleton<FailoverWorkflows>();
        services.AddSingleton<TwinDrill>();
        services.AddSingleton<RealDrill>();
        services.AddSingleton<DrillFolder>();
        services.AddHostedService(p => p.GetRequiredService<DrillFolder>());
        services.AddSingleton<DrillMarks>();
        services.AddHostedService(p => p.GetRequiredService<DrillMarks>());
        services.AddSingleton<Kairship.Workflows.Activities.Activity, RunDrillActivity>();
    }
}
