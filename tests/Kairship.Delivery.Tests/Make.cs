using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests;

/// <summary>Objects and clusters as short as tests want them.</summary>
internal static class Make
{
    public static readonly Gen<string> GenName =
        Gen.Select(Gen.Char["abcdefgh"], Gen.Char["abc0123"].Array[0, 6]).Select((first, rest) => first + new string(rest));

    public static Application Application(string name = "shop") => new() { Name = name, Namespace = "prod" };

    public static ClusterFacts Cluster(string name, params string[] labels) =>
        new(name, labels.Select(label => label.Split('=')).ToDictionary(parts => parts[0], parts => parts[1]));

    public static IReadOnlyList<Manifest> Yaml(string yaml) => ManifestParser.Parse(yaml);

    public static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    public static Manifest Deployment(string name, string image = "web:1", int? replicas = null, string? config = null, string? space = null) => Yaml($$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{Metadata(name, space)}}
        spec:
          {{(replicas is null ? "" : $"replicas: {replicas}")}}
          selector: {matchLabels: {app: {{name}} } }
          template:
            metadata: {labels: {app: {{name}} } }
            spec:
              containers:
              - name: {{name}}
                image: '{{image}}'
                {{(config is null ? "" : $"envFrom: [{{configMapRef: {{name: {config}}}}}]")}}
        """)[0];

    public static Manifest Object(string kind, string name, string? space = null, string apiVersion = "v1", string data = "{}") =>
        Yaml($"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {Metadata(name, space)}\ndata: {data}\n")[0];

    public static Manifest Autoscaler(string target, string? space = null) => Yaml($$"""
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {{Metadata(target, space)}}
        spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{target}} } }
        """)[0];

    private static string Metadata(string name, string? space) => space is null ? $"{{name: {name}}}" : $"{{name: {name}, namespace: {space}}}";

    public static JsonNode? At(this Manifest manifest, string path)
    {
        JsonNode? node = manifest.Json;
        foreach (var part in path.Split('/'))
        {
            node = int.TryParse(part, out var index) ? node?[index] : node?[part.Replace("~", "/", StringComparison.Ordinal)];
        }

        return node;
    }
}
