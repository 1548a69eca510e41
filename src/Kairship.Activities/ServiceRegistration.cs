using Kairship.Activities.Approvals;
using Kairship.Activities.Clusters;
using Kairship.Activities.Drift;
using Kairship.Activities.Placements;
using Kairship.Activities.Releases;
using Kairship.Activities.Returning;
using Kairship.Activities.Rollouts;
using Kairship.Activities.Scaling;
using Kairship.Activities.Traffic;
using Kairship.Workflows.Activities;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Activities;

public static class ServiceRegistration
{
    /// <summary>The Kairship.* activities, for the engine's registry. Needs the fleet, a delivery store and a time provider.</summary>
    public static IServiceCollection AddKairshipActivities(this IServiceCollection services)
    {
        services.AddSingleton<ReleaseDesk>();
        services.AddSingleton<RemainsReader>();
        services.AddSingleton<ReturnBook>();
        services.AddSingleton<ReturnGate>();
        services.AddSingleton<ReturnExpectations>();
        services.AddSingleton<ReturnKeeper>();
        services.AddSingleton<FleetFacts>();
        services.AddSingleton<PlacementDesk>();
        services.AddSingleton<PlacementExplainer>();
        services.AddSingleton<ReleasePlanner>();
        services.AddSingleton<Tracks>();
        services.AddSingleton<StatusExpressions>();
        services.AddSingleton<HealthGate>();
        services.AddSingleton<DriftKeeper>();
        services.AddSingleton<ClusterChange>();
        services.AddSingleton<HalfWay>();
        services.AddSingleton<Exclusion>();
        services.AddSingleton<WayBack>();
        services.AddSingleton<Activity, TakeOverActivity>();
        services.AddSingleton<Departure>();
        services.AddSingleton<Activity, PlanReleaseActivity>();
        services.AddSingleton<Activity, RequestApprovalActivity>();
        services.AddSingleton<Activity, SetCanaryWeightActivity>();
        services.AddSingleton<Activity, WaitUntilHealthyActivity>();
        services.AddSingleton<Activity, ObserveActivity>();
        services.AddSingleton<Activity, PromoteActivity>();
        services.AddSingleton<Activity, ShiftTrafficActivity>();
        services.AddSingleton<Activity, ShiftReplicasActivity>();
        services.AddSingleton<Activity, CompareReturnedActivity>();
        services.AddSingleton<Activity, RollBackActivity>();
        services.AddSingleton<Activity, CompleteReleaseActivity>();
        services.AddSingleton<Activity, NotifyActivity>();
        services.AddSingleton<Activity, ClusterHealthChangedActivity>();
        services.AddSingleton<ScalingRoom>();
        services.AddSingleton<ScalingDesk>();
        services.AddSingleton<Activity, ScalingDueActivity>();
        services.AddSingleton<Activity, CapacityShortActivity>();
        services.AddSingleton<Activity, DecideScaleActivity>();
        services.AddSingleton<Activity, VerifyScaleActivity>();
        return services;
    }
}
