using Kairship.Delivery.Applications;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Rollouts;
using Kairship.Simulator;

namespace Kairship.Testing.Releases;

/// <summary>A small application of two Deployments for tests, quick to release.</summary>
public static class ShopSample
{
    public static Application Application { get; } = new()
    {
        Name = "shop",
        Namespace = "shop",
        Rollout = new RolloutPolicy
        {
            Waves =
            [
                new Wave("edge", new LabelSelector(new Dictionary<string, string> { ["tier"] = "edge" })),
                new Wave("core", new LabelSelector(new Dictionary<string, string> { ["tier"] = "core" }), null, "1"),
            ],
            Steps = [new CanaryStep(25, TimeSpan.FromMilliseconds(50)), new CanaryStep(50, TimeSpan.FromMilliseconds(50))],
            ProgressDeadline = TimeSpan.FromSeconds(20),
        },
    };

    public static Application WithApproval { get; } = Application with
    {
        Rollout = Application.Rollout with { Approval = new ApprovalRequirement(1, ["release-manager"]) },
    };

    public static IReadOnlyList<SimulatedClusterOptions> Clusters { get; } =
    [
        Cluster("east", "edge"), Cluster("west", "core"), Cluster("north", "core"),
    ];

    /// <param name="web">Image tag of the web Deployment.</param>
    /// <param name="extra">More documents.</param>
    public static string Manifests(string web, string api = "v1", int replicas = 4, string extra = "") => $$$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: shop}
        data: {version: "{{{web}}}"}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{name: http, port: 80, protocol: TCP, targetPort: 8080}]
        ---
        {{{Deployment("web", web, replicas)}}}
        ---
        {{{Deployment("api", api, 2)}}}
        {{{extra}}}
        """;

    public static string Deployment(string name, string tag, int replicas) => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{{name}}}}
        spec:
          replicas: {{{replicas}}}
          selector: {matchLabels: {app: {{{name}}}}}
          template:
            metadata: {labels: {app: {{{name}}}}}
            spec:
              containers:
              - name: {{{name}}}
                image: registry.example/shop/{{{name}}}:{{{tag}}}
                envFrom: [{configMapRef: {name: shop}}]
                resources: {requests: {cpu: 50m, memory: 32Mi}}
        """;

    private static SimulatedClusterOptions Cluster(string name, string tier) => new()
    {
        Name = name, Labels = new Dictionary<string, string> { ["tier"] = tier }, PodReadyAfter = TimeSpan.FromMilliseconds(20),
    };
}
