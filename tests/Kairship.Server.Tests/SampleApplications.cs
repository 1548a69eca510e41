namespace Kairship.Server.Tests;

internal static class SampleApplications
{
    public static string Yaml(string name, string workflow = "waiting") => $$"""
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: {{name}}}
        spec:
          namespace: shop
          rollout:
            workflow: {{workflow}}
        """;

    public static string Manifests(string tag = "1.0") => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - {name: web, image: "registry.example/shop/storefront:{{{tag}}}"}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80, targetPort: 8080}]
        """;
}
