using Kairship.Activities.Approvals;
using Kairship.Activities.Rollouts;
using Kairship.Server.Failover.Returning;
using Kairship.Workflows.Activities.BuiltIn.Http;

namespace Kairship.Server.Failover;

internal static class FencingRegistration
{
    /// <param name="secrets">The folder of the secrets that applications name.</param>
    public static void AddFencing(this IServiceCollection services, string secrets)
    {
        services.AddSingleton(new SecretFolder(secrets));
        services.AddSingleton<FencingBook>();
        services.AddSingleton<FencingService>();
        services.AddSingleton<FailoverGuard>();
        services.AddSingleton<IChangeGuard>(p => p.GetRequiredService<FailoverGuard>());
        services.AddSingleton<IFencing>(p => p.GetRequiredService<FailoverGuard>());
        services.AddSingleton<ReturnService>();
        services.AddSingleton<OriginBook>();
        services.AddSingleton<ReturnRoom>();
        services.AddSingleton<ReturningClusters>();
        services.AddSingleton<FailbackAttempts>();
        services.AddSingleton<FailbackSurvey>();
        services.AddSingleton<Kairship.Workflows.Activities.Activity, FailBackActivity>();
        services.AddSingleton(p => new FenceHookCaller(
            p.GetRequiredService<FencingBook>(), p.GetRequiredService<SecretFolder>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<FenceHookCaller>>(),
            p.GetService<OutboundHttpOptions>()));
    }
}
