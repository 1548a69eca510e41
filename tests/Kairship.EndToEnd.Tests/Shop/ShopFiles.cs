namespace Kairship.EndToEnd.Tests.Shop;

/// <summary>A small application of two Deployments, a Service and a ConfigMap, as files that a user would write.</summary>
internal static class ShopFiles
{
    public const string Application = "shop";

    /// <param name="name">What the application and its namespace are called.</param>
    /// <param name="pause">How long each canary step is observed.</param>
    /// <param name="approval">Whether release managers are asked.</param>
    /// <param name="deadline">How long something may take to get ready.</param>
    public static string ApplicationYaml(string name = Application, string pause = "200ms", bool approval = true, string deadline = "60s") => $$$"""
        apiVersion: kairship.io/v1
        kind: Application
        metadata:
          name: {{{name}}}
        spec:
          namespace: {{{name}}}
          placement:
            clusterAffinity: {}
          rollout:
            workflow: canary
            waves:
            - name: edge
              labelSelector: {matchLabels: {tier: edge}}
            - name: core
              labelSelector: {matchLabels: {tier: core}}
              maxConcurrency: 1
            steps:
            - setWeight: 25
            - pause: {duration: {{{pause}}}}
            - setWeight: 50
            - pause: {duration: {{{pause}}}}
            {{{(approval ? "approval: {minApprovals: 1, roles: [release-manager]}" : "")}}}
            progressDeadline: {{{deadline}}}
        """;

    /// <summary>The manifests at a version: its images, and a ConfigMap that says it.</summary>
    /// <param name="image">Another image for "web": one with a tag like "unready-2" never gets ready.</param>
    public static string Manifests(string version, string? image = null) => $$$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: shop}
        data: {VERSION: "{{{version}}}"}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{name: http, port: 80, protocol: TCP, targetPort: 8080}]
        ---
        {{{Deployment("web", 4, image ?? $"registry.example/shop/web:{version}")}}}
        ---
        {{{Deployment("api", 2, $"registry.example/shop/api:{version}")}}}
        """;

    private static string Deployment(string name, int replicas, string image) => $$$"""
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
                image: {{{image}}}
                envFrom: [{configMapRef: {name: shop}}]
                resources: {requests: {cpu: 50m, memory: 32Mi}}
        """;
}
