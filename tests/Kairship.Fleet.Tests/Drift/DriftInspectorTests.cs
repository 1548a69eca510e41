using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Resources;
using Kairship.Simulator;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Drift;

public sealed class DriftInspectorTests : IAsyncLifetime
{
    private static readonly Delivery.Applications.Application Shop = new() { Name = Application, Namespace = "default" };
    private readonly FleetUnderTest _fleet = new(o => o.MaxRetries = 0);
    private SimulatedCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim" });
        await _fleet.JoinAsync("edge", _cluster.Kubeconfig);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Inspect_FieldThatCannotBeChangedBack_IsDrift_AlsoWhereAReleaseMightRecreate()
    {
        var released = Of("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web, namespace: default, labels: { kairship.io/application: shop }, annotations: { kairship.io/recreate: allowed } }
            spec:
              selector: { matchLabels: { app: web, tier: front } }
              template:
                metadata: { labels: { app: web, tier: front } }
                spec: { containers: [ { name: web, image: "example.test/web:1" } ] }
            """);
        await ApplyAsync(Deployment("web"));
        var inspection = await _fleet.DriftInspector.InspectAsync("edge", Shop, "shop-1", [released]);
        inspection.Objects.Select(o => (o.Drift.Ref.Name, o.Drift.Kind)).Should().Equal(("web", DriftKind.Changed));
        inspection.Problems.Should().ContainSingle().Which.Message.Should().Contain("cannot be changed back").And.Contain("spec.selector").And.Contain("release it again");
    }

    [Fact]
    public async Task Inspect_ObjectThatWasGivenToAnotherApplication_IsDrift_AndNeverTakenBack()
    {
        await ApplyAsync(ConfigMap("a"), ConfigMap("b"));
        _cluster.Store.Update(new("", "configmaps", "default", "a"), o =>
        {
            o["metadata"]!["labels"]![OwnershipLabels.Application] = "another";
            return o;
        });

        var inspection = await _fleet.DriftInspector.InspectAsync("edge", Shop, "shop-1", [ConfigMap("a"), ConfigMap("b")]);

        inspection.Problems.Should().ContainSingle().Which.Message.Should().Contain("another");
        (await _fleet.Healer.HealAsync(inspection, inspection.Objects, Shop, "shop-1", _ => Task.FromResult(true))).Healed.Should().BeEmpty();
    }

    [Fact]
    public async Task Heal_ClusterThatGoesAwayInBetween_TellsWhatWasPutBackBefore()
    {
        Manifest[] released = [ConfigMap("a"), ConfigMap("b")];
        await ApplyAsync(ConfigMap("a", "changed"), ConfigMap("b", "changed"));
        var inspection = await _fleet.DriftInspector.InspectAsync("edge", Shop, "shop-1", released);
        inspection.Objects.Should().HaveCount(2);
        var writes = 0;
        var report = await _fleet.Healer.HealAsync(inspection, inspection.Objects, Shop, "shop-1", _ =>
        {
            _cluster.Faults.Unreachable = ++writes == 2;
            return Task.FromResult(true);
        });
        report.Healed.Select(h => h.Ref.Name).Should().Equal("a");
        report.Problems.Should().ContainSingle().Which.Ref!.Name.Should().Be("b");
    }

    private async Task ApplyAsync(params Manifest[] manifests) => (await _fleet.Applier.ApplyAllAsync("edge", manifests, new ApplyOptions())).Failures.Should().BeEmpty();
}
