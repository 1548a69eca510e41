using System.Text.Json;
using System.Text.Json.Serialization;
using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Applications;

/// <summary>spec.scaling.</summary>
public sealed class ScalingYamlTests
{
    private const string Full = """
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: storefront}
        spec:
          namespace: shop
          scaling:
            workloads: [Deployment/web, Deployment/worker]
            min: 2
            max: 40
            tolerance: 0.2
            stabilisation: {scaleDown: 10m, scaleUp: 15s}
            approvalAbove: 30
            metrics:
            - {name: load, provider: prometheus, query: "sum(rate(requests[1m]))", address: "http://prometheus.example.org:9090", target: 100}
            - {name: queue, provider: prometheus, query: depth, target: 500m, targetType: Value}
            - {name: cpu, provider: resource, resource: cpu, target: 60}
            cron:
            - {name: morning, schedule: "0 8 * * 1-5", timeZone: Europe/Berlin, targetReplicas: 20}
            - {name: night, schedule: "0 0 22 * * *", targetMin: 1, targetMax: 5, suspend: true}
        """;

    private static readonly Gen<ScalingMetric> GenMetric = Gen.Select(Make.GenName, Gen.Bool, Gen.Int[1, 999], Gen.Bool, Make.GenName).Select((name, isQuery, target, other, query) => isQuery
        ? new ScalingMetric(name, MetricProvider.Prometheus, $"{target}m", other ? MetricTarget.Value : MetricTarget.AverageValue, query)
        : new ScalingMetric(name, MetricProvider.Resource, $"{target}", other ? MetricTarget.Utilization : MetricTarget.AverageValue, Resource: other ? "cpu" : "memory"));

    private static readonly Gen<ScalingCron> GenCron = Gen.Select(Make.GenName, Gen.Int[0, 23], Gen.Int[0, 5], Gen.Bool).Select((name, hour, kind, suspend) => new ScalingCron(
        name, $"5 {hour} * * *", kind % 2 == 0 ? "America/New_York" : null, kind < 3 ? 7 : null, kind >= 3 ? kind : null, kind == 5 ? 9 : null, suspend));

    private static readonly Gen<ScalingPolicy> GenPolicy = Gen.Select(GenMetric.Array[0, 3], GenCron.Array[0, 3], Gen.Int[0, 7], Gen.Int[7, 50], Gen.Int[0, 100], Gen.Bool)
        .Select((metrics, cron, min, max, percent, named) => new ScalingPolicy
        {
            Workloads = named ? ["Deployment/web", "StatefulSet/a.b"] : [], Min = min, Max = max, Tolerance = percent / 100m, ApprovalAbove = percent % 2 == 0 ? 5 : null,
            Stabilisation = new ScalingStabilisation { ScaleDown = TimeSpan.FromSeconds(percent), ScaleUp = TimeSpan.FromSeconds(percent / 2) },
            Metrics = [.. metrics.DistinctBy(m => m.Name)], Cron = [.. cron.DistinctBy(c => c.Name)],
        });

    [Fact]
    public void Parse_EveryField_IsRead() => ApplicationYaml.Parse(Full).Scaling.Should().BeEquivalentTo(new ScalingPolicy
    {
        Workloads = ["Deployment/web", "Deployment/worker"], Min = 2, Max = 40, Tolerance = 0.2m, ApprovalAbove = 30,
        Stabilisation = new ScalingStabilisation { ScaleDown = TimeSpan.FromMinutes(10), ScaleUp = TimeSpan.FromSeconds(15) },
        Metrics =
        [
            new ScalingMetric("load", MetricProvider.Prometheus, "100", MetricTarget.AverageValue, "sum(rate(requests[1m]))", "http://prometheus.example.org:9090"),
            new ScalingMetric("queue", MetricProvider.Prometheus, "500m", MetricTarget.Value, "depth"),
            new ScalingMetric("cpu", MetricProvider.Resource, "60", MetricTarget.Utilization, Resource: "cpu"),
        ],
        Cron = [new ScalingCron("morning", "0 8 * * 1-5", "Europe/Berlin", 20), new ScalingCron("night", "0 0 22 * * *", null, null, 1, 5, true)],
    });

    [Fact]
    public void Write_ReadBack_IsTheSame() => GenPolicy.Sample(policy =>
    {
        var application = Make.Application() with { Scaling = policy };
        ApplicationYaml.Parse(ApplicationYaml.Write(application)).Scaling.Should().BeEquivalentTo(policy);
    });

    [Fact]
    public void Policy_AsJson_ReadsBack() => GenPolicy.Sample(policy =>
    {
        // As applications are stored.
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() }, IgnoreReadOnlyProperties = true };
        JsonSerializer.Deserialize<ScalingPolicy>(JsonSerializer.Serialize(policy, options), options).Should().BeEquivalentTo(policy);
    });

    [Fact]
    public void Write_WithoutScaling_SaysNothing() => ApplicationYaml.Write(Make.Application()).Should().NotContain("scaling");

    [Theory]
    [InlineData("max: 40", "", "spec.scaling.max: is missing")]
    [InlineData("max: 40", "max: 1", "spec.scaling.max: is 1; it must be from min (2)")]
    [InlineData("min: 2", "min: -1", "spec.scaling.min: is -1")]
    [InlineData("Deployment/worker", "DaemonSet/worker", "spec.scaling.workloads[1]: 'DaemonSet/worker' is not a workload with replicas")]
    [InlineData("Deployment/worker", "Deployment/web", "spec.scaling.workloads[1]: 'Deployment/web' is named before")]
    [InlineData("tolerance: 0.2", "tolerance: 2", "spec.scaling.tolerance: is 2")]
    [InlineData("tolerance: 0.2", "tolerance: much", "spec.scaling.tolerance: 'much' is not a share such as 0.1")]
    [InlineData("scaleDown: 10m", "scaleDown: 48h", "spec.scaling.stabilisation.scaleDown: must be from 0s to 24h")]
    [InlineData("approvalAbove: 30", "approvalAbove: 40", "spec.scaling.approvalAbove: is 40")]
    [InlineData("max: 40", "max: 40\n    owns: bounds", "spec.scaling.metrics: have no effect with 'owns: bounds'")]
    [InlineData("max: 40", "max: 40\n    owns: bounds", "spec.scaling.cron[0].targetReplicas: has no meaning with 'owns: bounds'")]
    [InlineData("name: queue, provider: prometheus", "name: load, provider: prometheus", "spec.scaling.metrics[1].name: 'load' is the name of an earlier metric")]
    [InlineData("provider: resource", "provider: datadog", "spec.scaling.metrics[2].provider: 'datadog' is not one of Prometheus, Resource")]
    [InlineData("resource: cpu", "resource: disk", "spec.scaling.metrics[2].resource: is 'disk'")]
    [InlineData("target: 60", "target: 0", "spec.scaling.metrics[2].target: '0' must be above 0")]
    [InlineData("target: 60", "target: 60, targetType: Value", "spec.scaling.metrics[2].targetType: Value has no meaning for a resource")]
    [InlineData("query: depth", "query: ' '", "spec.scaling.metrics[1].query: must be PromQL")]
    [InlineData("http://prometheus.example.org:9090", "file:///etc/passwd", "spec.scaling.metrics[0].address: must be an absolute http or https URL")]
    [InlineData("http://prometheus.example.org:9090", "http://me:secret@prometheus", "spec.scaling.metrics[0].address: must be an absolute http or https URL")]
    [InlineData("0 8 * * 1-5", "0 25 * * *", "spec.scaling.cron[0].schedule: '0 25 * * *' is not a cron expression")]
    [InlineData("0 8 * * 1-5", "0 8 30 2 *", "spec.scaling.cron[0].schedule: '0 8 30 2 *' names a date that never comes")]
    [InlineData("Europe/Berlin", "Europe/Bonn", "spec.scaling.cron[0].timeZone: 'Europe/Bonn' is not a time zone")]
    [InlineData("Europe/Berlin", "../../etc/passwd", "spec.scaling.cron[0].timeZone: '../../etc/passwd' is not a time zone")]
    [InlineData("targetReplicas: 20", "targetReplicas: 50", "spec.scaling.cron[0].targetReplicas: is 50; it must be from min (2) to max (40)")]
    [InlineData("targetReplicas: 20", "targetReplicas: 20, targetMin: 2", "spec.scaling.cron[0].targetReplicas: stands beside targetMin")]
    [InlineData(", targetReplicas: 20", "", "spec.scaling.cron[0]: does nothing")]
    [InlineData("targetMax: 5", "targetMax: 0", "spec.scaling.cron[1].targetMax: is 0")]
    [InlineData("suspend: true", "suspended: true", "spec.scaling.cron[1].suspended: is not a known field; did you mean 'suspend'?")]
    public void Parse_AMistake_IsToldWithThePathOfItsField(string right, string wrong, string message)
    {
        Full.Should().Contain(right);
        FluentActions.Invoking(() => ApplicationYaml.Parse(Full.Replace(right, wrong, StringComparison.Ordinal)))
            .Should().Throw<ApplicationYamlException>().Which.Problems.Select(p => p.ToString()).Should().Contain(text => text.Contains(message, StringComparison.Ordinal));
    }
}
