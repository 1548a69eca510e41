using Kairship.Simulator.Controllers.Autoscaling;
using Kairship.Simulator.Controllers.CronJobs;
using Kairship.Simulator.Controllers.CustomResources;
using Kairship.Simulator.Controllers.DaemonSets;
using Kairship.Simulator.Controllers.Deployments;
using Kairship.Simulator.Controllers.Discovery;
using Kairship.Simulator.Controllers.Garbage;
using Kairship.Simulator.Controllers.Jobs;
using Kairship.Simulator.Controllers.Namespaces;
using Kairship.Simulator.Controllers.ReplicaSets;
using Kairship.Simulator.Controllers.StatefulSets;
using Kairship.Simulator.Controllers.Storage;
using Kairship.Simulator.Nodes;

namespace Kairship.Simulator.Controllers;

/// <summary>The controllers that every simulated cluster runs.</summary>
internal static class ControllerSet
{
    public static IReadOnlyList<Controller> Build(ControlContext context) =>
    [
        new DeploymentController(context),
        new ReplicaSetController(context),
        new StatefulSetController(context),
        new DaemonSetController(context),
        new JobController(context),
        new CronJobController(context),
        new Scheduler(context),
        new Kubelet(context),
        new NodeLifecycle(context),
        new TaintEviction(context),
        new EndpointsController(context),
        new LoadBalancerController(context),
        new PodAutoscalerController(context),
        new DisruptionBudgetController(context),
        new VolumeClaimController(context),
        new NamespaceDefaultsController(context),
        new NamespaceDeletionController(context),
        new GarbageCollector(context),
        new EventExpiry(context),
        new DefinitionController(context),
    ];
}
