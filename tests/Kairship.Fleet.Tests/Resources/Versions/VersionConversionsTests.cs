using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Resources.Versions;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources.Versions;

public sealed class VersionConversionsTests
{
    [Theory]
    [InlineData("policy/v1", "PodDisruptionBudget", "policy/v1beta1")]
    [InlineData("policy/v1beta1", "PodDisruptionBudget", "policy/v1")]
    [InlineData("batch/v1beta1", "CronJob", "batch/v1")]
    [InlineData("autoscaling/v2", "HorizontalPodAutoscaler", "autoscaling/v2beta2")]
    [InlineData("networking.k8s.io/v1", "Ingress", "networking.k8s.io/v1beta1")]
    [InlineData("autoscaling/v1", "HorizontalPodAutoscaler", null)]
    [InlineData("batch/v1", "Job", null)]
    [InlineData("apps/v1beta1", "Deployment", null)]
    [InlineData("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", null)]
    [InlineData("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", null)]
    [InlineData("policy/v7", "PodDisruptionBudget", null)]
    public void Alternatives_OfAKind(string apiVersion, string kind, string? other) =>
        VersionConversions.Alternatives(apiVersion, kind).Should().Equal(other is null ? [] : [other]);

    [Fact]
    public void Convert_BudgetThatSelectsEverything_IsRefused()
    {
        var budget = Of("{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: a }, spec: { selector: {} } }");
        VersionConversions.Convert(budget, "policy/v1beta1").Why.Should().Contain("empty spec.selector");
        budget.Json["spec"]!["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web" } };
        VersionConversions.Convert(budget, "policy/v1beta1").Manifest!.Ref.ApiVersion.Should().Be("policy/v1beta1");
    }

    [Fact]
    public void Convert_SliceWithZones_IsRefused() =>
        VersionConversions.Convert(
            Of("{ apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: { name: a }, addressType: IPv4, endpoints: [ { addresses: [1.2.3.4], zone: z } ] }"), "discovery.k8s.io/v1beta1")
            .Why.Should().Contain("zone");

    [Fact]
    public void Convert_IngressToBeta_WritesBackendsAsItDoes()
    {
        var converted = VersionConversions.Convert(Of("""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: web }
            spec:
              defaultBackend: { service: { name: other, port: { name: http } } }
              rules:
              - host: shop.example
                http: { paths: [ { path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }, { path: /x, pathType: Exact, backend: { resource: { kind: K, name: n } } } ] }
            """), "networking.k8s.io/v1beta1").Manifest!.Json;
        JsonNode.DeepEquals(converted["spec"], Json("""
            apiVersion: v1
            kind: X
            metadata: { name: x }
            spec:
              rules:
              - host: shop.example
                http: { paths: [ { path: /, pathType: Prefix, backend: { serviceName: web, servicePort: 80 } }, { path: /x, pathType: Exact, backend: { resource: { kind: K, name: n } } } ] }
              backend: { serviceName: other, servicePort: http }
            """)["spec"]).Should().BeTrue(converted.ToJsonString());
    }

    [Fact]
    public void Convert_IngressFromBeta_SaysThePathTypeThatBetaMeans() =>
        VersionConversions.Convert(Of("""
            apiVersion: networking.k8s.io/v1beta1
            kind: Ingress
            metadata: { name: web }
            spec: { rules: [ { http: { paths: [ { path: /, backend: { serviceName: web, servicePort: 80 } } ] } } ] }
            """), "networking.k8s.io/v1").Manifest!.Json["spec"]!["rules"]![0]!["http"]!["paths"]![0]!.ToJsonString()
            .Should().Be("""{"path":"/","backend":{"service":{"name":"web","port":{"number":80}}},"pathType":"ImplementationSpecific"}""");

    [Fact]
    public void Convert_IngressThereAndBack_IsTheSame() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 9], Gen.OneOf(Gen.Const("Prefix"), Gen.Const("Exact"))).Array[0, 4].Select(Gen.Bool, (paths, fallback) => Ingress(paths, fallback)).Sample(ingress =>
        {
            var beta = VersionConversions.Convert(ingress, "networking.k8s.io/v1beta1").Manifest!;
            var back = VersionConversions.Convert(beta, "networking.k8s.io/v1").Manifest!;
            ManifestParser.CanonicalJson(back.Json).Should().Be(ManifestParser.CanonicalJson(ingress.Json));
            beta.Json.ToJsonString().Should().NotContain("\"service\":");
        });

    private static Manifest Ingress((bool Named, int Port, string Type)[] paths, bool fallback)
    {
        var spec = new JsonObject
        {
            ["rules"] = new JsonArray(new JsonObject
            {
                ["http"] = new JsonObject
                {
                    ["paths"] = new JsonArray(paths.Select((p, i) => (JsonNode)new JsonObject { ["path"] = $"/{i}", ["pathType"] = p.Type, ["backend"] = Backend(p.Named, p.Port) }).ToArray()),
                },
            }),
        };
        if (fallback)
        {
            spec["defaultBackend"] = Backend(false, 80);
        }

        return Manifest.From(new JsonObject { ["apiVersion"] = "networking.k8s.io/v1", ["kind"] = "Ingress", ["metadata"] = new JsonObject { ["name"] = "web" }, ["spec"] = spec });
    }

    private static JsonObject Backend(bool named, int port) => new()
    {
        ["service"] = new JsonObject { ["name"] = "web", ["port"] = named ? new JsonObject { ["name"] = $"p{port}" } : new JsonObject { ["number"] = JsonNode.Parse($"{port}") } },
    };
}
