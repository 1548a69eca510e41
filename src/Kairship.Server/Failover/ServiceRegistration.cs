using Kairship.Delivery.Failover;

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
    }
}
