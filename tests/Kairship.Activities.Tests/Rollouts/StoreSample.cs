using Kairship.Activities.Tests.Returning;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;

namespace Kairship.Activities.Tests.Rollouts;

/// <summary>A database as each kind of workload. Its pods take a second to end.</summary>
internal static class StoreSample
{
    public static Application Application { get; } = ReturnStage.Preferring("store", "west", "east") with
    {
        Failover = new FailoverPolicy { Stateful = new StatefulPolicy() }, Rollout = new() { Workflow = "deploy", ProgressDeadline = TimeSpan.FromSeconds(6) },
    };

    private const string Pods = """
              metadata: {labels: {app: db}, annotations: {fake/end-after: "1"}}
              spec: {terminationGracePeriodSeconds: 30, containers: [{name: db, image: "registry.example/shop/db:v1", resources: {requests: {cpu: 100m}}}]}
        """;

    private const string Autoscaler = """

        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: db}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: db}
          minReplicas: 2
          maxReplicas: 4
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
        """;

    /// <summary>By kind.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["StatefulSet"] = Workload("apps/v1", "StatefulSet", "replicas: 2, serviceName: db, "),
        ["Deployment"] = Workload("apps/v1", "Deployment", "replicas: 2, "),
        ["Autoscaled"] = Workload("apps/v1", "Deployment", "") + Autoscaler,
        ["DaemonSet"] = Workload("apps/v1", "DaemonSet", ""),
        ["Pod"] = """
            apiVersion: v1
            kind: Pod
            metadata: {name: db, annotations: {fake/end-after: "1"}}
            spec: {containers: [{name: db, image: "registry.example/shop/db:v1"}]}
            """,
    };

    private static string Workload(string apiVersion, string kind, string numbers) => $$"""
        apiVersion: {{apiVersion}}
        kind: {{kind}}
        metadata: {name: db}
        spec:
          {{numbers.Replace(", ", "\n  ", StringComparison.Ordinal)}}
          selector:
            matchLabels: {app: db}
          template:
        {{Pods}}
        """;

    /// <summary>It was in west, is in east, and west is there again with nothing of it.</summary>
    public static async Task<ReturnStage> AwayAsync(string manifests, string? more = null, string? keep = null)
    {
        var stage = await ReturnStage.StartAsync(more is null ? ["east", "west"] : ["east", "west", more]);
        await stage.ReleaseAsync(Application, manifests);
        if (keep is not null)
        {
            // Its pods would never end.
            foreach (var pod in stage[keep].Store.List("", "pods", "store"))
            {
                stage[keep].Store.Update(new("", "pods", "store", pod["metadata"]!["name"]!.ToString()), p =>
                {
                    p["metadata"]!["annotations"]!["fake/end-after"] = "0";
                    return p;
                });
            }
        }

        await stage.AwayAsync("west", Application);
        return stage;
    }
}
