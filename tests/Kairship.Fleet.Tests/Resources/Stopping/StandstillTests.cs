using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.ApplySets;
using Kairship.Fleet.Resources.Stopping;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources.Stopping;

public sealed class StandstillTests(Simulated cluster) : IClassFixture<Simulated>
{
    private const string Pod = """metadata: { labels: { app: db }, annotations: { fake/ready-after: "0", fake/end-after: "1.5" } }, spec: { terminationGracePeriodSeconds: 30, containers: [ { name: db, image: "db:1" } ] }""";
    private const string Batch = """metadata: { annotations: { fake/ready-after: "600", fake/end-after: "1.5" } }, spec: { restartPolicy: Never, containers: [ { name: db, image: "db:1" } ] }""";

    /// <summary>What makes pods, each ending slowly; whether its object is there afterwards.</summary>
    public static TheoryData<string, string, bool> Kinds => new()
    {
        { "apps/v1/StatefulSet", $"spec: {{ replicas: 2, serviceName: db, selector: {{ matchLabels: {{ app: db }} }}, template: {{ {Pod} }} }}", true },
        { "apps/v1/Deployment", $"spec: {{ replicas: 2, selector: {{ matchLabels: {{ app: db }} }}, template: {{ {Pod} }} }}", true },
        { "apps/v1/ReplicaSet", $"spec: {{ replicas: 2, selector: {{ matchLabels: {{ app: db }} }}, template: {{ {Pod} }} }}", true },
        { "apps/v1/DaemonSet", $"spec: {{ selector: {{ matchLabels: {{ app: db }} }}, template: {{ {Pod} }} }}", false },
        { "batch/v1/Job", $"spec: {{ template: {{ {Batch} }} }}", false },
        { "batch/v1/CronJob", $"spec: {{ schedule: '* * * * *', jobTemplate: {{ spec: {{ template: {{ {Batch} }} }} }} }}", false },
        { "v1/Pod", "spec: { containers: [ { name: db, image: 'db:1' } ] }", false },
    };

    private ResourceClient Client => cluster.Connection.Resources;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Everything_ComesToRest_WhenItsLastPodHasEnded(string kind, string rest, bool stays)
    {
        var ns = await cluster.NamespaceAsync();
        var (apiVersion, name) = (kind[..kind.LastIndexOf('/')], kind[(kind.LastIndexOf('/') + 1)..]);
        var manifest = Of($"{{ apiVersion: {apiVersion}, kind: {name}, metadata: {{ name: db, namespace: {ns}, labels: {{ kairship.io/application: shop }}, annotations: {{ fake/end-after: \"1.5\" }} }}, {rest} }}");
        await Client.ApplyAsync(manifest, new());
        if (name == "CronJob")
        {
            await RunNowAsync(manifest);
        }

        await FleetUnderTest.UntilAsync(async () => (await PodsAsync(ns)).Any(p => p["spec"]?["nodeName"] is not null), "a pod is on its node");
        var order = new StandstillOrder(new ApplySet("shop", ns), [manifest]);

        var first = await LookAsync(order);
        first.Running.Should().NotBeNull("its pods have not ended");
        await FleetUnderTest.UntilAsync(async () => (await PodsAsync(ns)).Any(p => p["metadata"]!["deletionTimestamp"] is not null), "pods are ending");
        (await LookAsync(order)).Running.Should().NotBeNull("they write as long as they end");
        await FleetUnderTest.UntilAsync(async () => (await LookAsync(order)).Running is null, "it is at rest");

        (await PodsAsync(ns)).Should().BeEmpty();
        (await Client.GetAsync(manifest.Ref) is not null).Should().Be(stays);
    }

    [Fact]
    public async Task Autoscaled_IsStopped_StaysSo_AndIsStartedAgain_UnlessAPersonStoppedIt()
    {
        var ns = await cluster.NamespaceAsync();
        var web = Deployment("web", replicas: 3, ns: ns);
        var bare = web with { Json = (JsonObject)web.Json.DeepClone() };
        ((JsonObject)bare.Json["spec"]!).Remove("replicas");
        var autoscaler = Of($$"""
            { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: web, namespace: {{ns}}, labels: { kairship.io/application: shop } },
              spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 4, metrics: [ { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } } ] } }
            """);
        IReadOnlyList<Manifest> all = [bare, autoscaler];
        await Client.ApplyAsync(bare, new());
        await Client.ApplyAsync(autoscaler, new());
        await FleetUnderTest.UntilAsync(async () => (await PodsAsync(ns)).Count == 2, "the autoscaler sizes it");
        var set = new ApplySet("shop", ns);

        await FleetUnderTest.UntilAsync(async () => (await LookAsync(new StandstillOrder(set, all))).Running is null, "it is at rest");
        (await PodsAsync(ns)).Should().BeEmpty();
        await Client.ApplyAsync(bare, new());
        (await ReplicasAsync(web.Ref)).Should().Be(0, "its manifest has no replicas");
        var resumption = new Resumption(cluster.Fleet.Connections);
        await resumption.ResumeAsync("edge", set, all);
        (await ReplicasAsync(web.Ref)).Should().Be(2);
        await FleetUnderTest.UntilAsync(async () => (await PodsAsync(ns)).Count == 2, "it runs again");

        cluster.Cluster.Store.Update(new("apps", "deployments", ns, "web"), o =>
        {
            o["spec"]!["replicas"] = 0;
            o["metadata"]!.AsObject().Remove("managedFields");
            return o;
        });
        await resumption.ResumeAsync("edge", set, all);
        (await ReplicasAsync(web.Ref)).Should().Be(0, "a person wants it so");
    }

    [Fact]
    public async Task Shrinking_LeavesTheOthersAlone_AndCountsPodsThatEnd()
    {
        var ns = await cluster.NamespaceAsync();
        var (db, web) = (Slow("db", 3, ns), Slow("web", 2, ns));
        await Client.ApplyAsync(db, new());
        await Client.ApplyAsync(web, new());
        await FleetUnderTest.UntilAsync(async () => (await PodsAsync(ns)).Count == 5, "all run");
        var order = new StandstillOrder(new ApplySet("shop", ns), [db, web]) { AtMost = new Dictionary<string, int> { ["Deployment/db"] = 1 } };

        StandstillReport report = new("not yet");
        await FleetUnderTest.UntilAsync(
            async () =>
            {
                report = await LookAsync(order);
                report.Running?.Should().NotContain("web");
                return report.Running is null;
            },
            "one is left");

        (await PodsAsync(ns)).CountBy(p => p["metadata"]!["labels"]!["app"]!.ToString()).Should().BeEquivalentTo(new Dictionary<string, int> { ["db"] = 1, ["web"] = 2 });
    }

    [Fact]
    public async Task OthersPods_AndWhatIsOver_DoNotCount_ButOrphansAndOperatorsPodsDo()
    {
        var ns = await cluster.NamespaceAsync();
        var (mine, settings) = (Slow("db", 1, ns), ConfigMap("settings", ns: ns));
        await Client.ApplyAsync(settings, new());
        await Client.ApplyAsync(Deployment("other", ns: ns, application: "other"), new());
        await Client.ApplyAsync(Of($"{{ apiVersion: batch/v1, kind: Job, metadata: {{ name: done, namespace: {ns}, labels: {{ kairship.io/application: shop }} }}, spec: {{ template: {{ spec: {{ restartPolicy: Never, containers: [ {{ name: a, image: 'a:1' }} ] }} }} }} }}"), new());
        await FleetUnderTest.UntilAsync(async () => (await PodsAsync(ns)).Any(p => p["status"]?["phase"]?.ToString() == "Succeeded"), "the job is over");
        var order = new StandstillOrder(new ApplySet("shop", ns), [mine, settings, Of($"{{ apiVersion: batch/v1, kind: Job, metadata: {{ name: done, namespace: {ns} }} }}")]);
        (await LookAsync(order)).Running.Should().BeNull();
        (await Client.GetAsync(new("batch/v1", "Job", ns, "done"))).Should().NotBeNull("it tells what it did");

        // A pod that its workload left behind, and one that an operator made for an object of the application.
        await Client.ApplyAsync(Orphan("left", ns, "labels: { app: db }"), new());
        (await LookAsync(order)).Running.Should().Contain("left of Deployment/db");
        await Client.DeleteAsync(new("v1", "Pod", ns, "left"));
        var owner = await Client.GetAsync(settings.Ref);
        await Client.ApplyAsync(Orphan("made", ns, $"ownerReferences: [ {{ apiVersion: v1, kind: ConfigMap, name: settings, uid: {owner!["metadata"]!["uid"]}, controller: true }} ]"), new());
        await FleetUnderTest.UntilAsync(async () => (await LookAsync(order)).Running?.Contains("left") != true, "the first has ended");
        (await LookAsync(order)).Running.Should().Contain("made of ConfigMap/settings");
    }

    [Fact]
    public async Task OfOthers_AndOfANewerEpoch_IsLeftAlone()
    {
        var ns = await cluster.NamespaceAsync();
        var (foreign, superseded) = (Deployment("foreign", ns: ns, application: "other"), Deployment("db", ns: ns));
        await Client.ApplyAsync(foreign, new());
        (await LookAsync(new StandstillOrder(new ApplySet("shop", ns), [Deployment("foreign", ns: ns)]))).IsRefused.Should().BeFalse();
        (await ReplicasAsync(foreign.Ref)).Should().Be(2);
        await Client.ApplyAsync(superseded, new ApplyOptions { ReleaseId = "shop-4", Epoch = 7 });

        var report = await LookAsync(new StandstillOrder(new ApplySet("shop", ns), [superseded]) { ReleaseId = "shop-4", Epoch = 6 });

        report.Should().Match<StandstillReport>(r => r.IsRefused && r.Running!.Contains("epoch 7"));
        (await ReplicasAsync(superseded.Ref)).Should().Be(2);
    }

    private static Manifest Slow(string name, int replicas, string ns)
    {
        var manifest = Deployment(name, replicas: replicas, ns: ns);
        manifest.Json["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject { ["fake/end-after"] = "1.5" };
        return manifest;
    }

    private static Manifest Orphan(string name, string ns, string metadata) =>
        Of($"{{ apiVersion: v1, kind: Pod, metadata: {{ name: {name}, namespace: {ns}, {metadata} }}, spec: {{ containers: [ {{ name: a, image: 'a:1' }} ] }} }}");

    /// <summary>As its controller does at the next minute.</summary>
    private async Task RunNowAsync(Manifest cron)
    {
        var uid = (await Client.GetAsync(cron.Ref))!["metadata"]!["uid"];
        var job = (JsonObject)cron.Json["spec"]!["jobTemplate"]!.DeepClone();
        job["apiVersion"] = "batch/v1";
        job["kind"] = "Job";
        job["metadata"] = new JsonObject
        {
            ["name"] = "db-1", ["namespace"] = cron.Ref.Namespace,
            ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "batch/v1", ["kind"] = "CronJob", ["name"] = "db", ["uid"] = uid!.ToString(), ["controller"] = true, ["blockOwnerDeletion"] = true }),
        };
        await Client.ApplyAsync(Manifest.From(job), new());
    }

    private Task<StandstillReport> LookAsync(StandstillOrder order) => new Standstill(cluster.Fleet.Connections).LookAsync("edge", order);

    private async Task<List<JsonObject>> PodsAsync(string ns) => [.. (await Client.ListAsync("v1", "Pod", ns)).Items];

    private async Task<int> ReplicasAsync(ObjectRef reference) => (int)(await Client.GetAsync(reference))!["spec"]!["replicas"]!;
}
