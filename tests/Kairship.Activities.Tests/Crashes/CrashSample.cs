using Kairship.Delivery.Applications;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Rollouts;
using Kairship.Simulator;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Crashes;

/// <summary>The smallest release that has everything: two clusters in two waves, a canary step in each, an approval.</summary>
internal static class CrashSample
{
    public static Application Application { get; } = ShopSample.Application with
    {
        Rollout = new RolloutPolicy
        {
            Waves = [new Wave("edge", new LabelSelector(new Dictionary<string, string> { ["tier"] = "edge" }))],
            Steps = [new CanaryStep(50, TimeSpan.FromMilliseconds(1))],
            Approval = new ApprovalRequirement(1, ["release-manager"]),
            ProgressDeadline = TimeSpan.FromSeconds(60),
        },
    };

    /// <summary>What will not come up is given up soon.</summary>
    public static Application ApplicationFor(Broken broken) => Application with
    {
        Rollout = Application.Rollout with
        {
            ProgressDeadline = TimeSpan.FromSeconds(broken switch { Broken.Nowhere => 60, Broken.Everywhere => 3, _ => 6 }),
        },
    };

    public static IReadOnlyList<SimulatedClusterOptions> Clusters { get; } = [Cluster("east", "edge"), Cluster("west", "core")];

    public static string Manifests(string tag) => ShopSample.Manifests(tag, replicas: 2);

    public static IReadOnlyList<string> Truth(SimulatedFleet fleet) =>
        [.. fleet.Clusters.SelectMany(c => ClusterTruth.Of(c, "shop").Select(line => $"{c.Name} {line}"))];

    /// <summary>What all clusters hold when a tag is released and nothing of a canary is left.</summary>
    public static IReadOnlyList<string> Expected(SimulatedFleet fleet, string tag) =>
    [
        .. fleet.Clusters.SelectMany(c => (string[])
        [
            $"{c.Name} configmaps/shop", $"{c.Name} deployments/api api:v1 2/2", $"{c.Name} deployments/web web:{tag} 2/2", $"{c.Name} services/web",
        ]),
    ];

    private static SimulatedClusterOptions Cluster(string name, string tier) => new()
    {
        Name = name, Nodes = 1, Tls = false, Labels = new Dictionary<string, string> { ["tier"] = tier }, PodReadyAfter = TimeSpan.FromMilliseconds(5),
    };
}
