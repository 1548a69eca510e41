using System.Text.Json.Nodes;
using Kairship.Activities.Drift;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Rollouts;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Drift;

public class DriftKeeperTests
{
    private const string OtherImage = """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"registry.example/shop/web:hacked"}]}}}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_JustReleased_IsInSync_AndLeavesEverythingAsItIs()
    {
        await using var scene = await DriftScene.StartAsync();
        var before = await VersionsAsync(scene);
        var checkedOnce = await scene.CheckAsync(heal: true);
        checkedOnce.Report.Clusters.Select(c => (c.Cluster, c.State, c.Objects.Count, c.Problems.Count)).Should().Equal(
            ("east", DriftState.InSync, 0, 0), ("north", DriftState.InSync, 0, 0), ("west", DriftState.InSync, 0, 0));
        checkedOnce.Healed.Should().BeEmpty();
        (await VersionsAsync(scene)).Should().Equal(before);
        (await scene.Rig.Delivery.GetDriftAsync("shop", Token)).Should().BeEquivalentTo(checkedOnce.Report);
    }

    [Fact]
    public async Task Edit_OfAReleasedField_IsReportedWithItsManager_AndPutBackOnlyWhenAskedFor()
    {
        await using var scene = await DriftScene.StartAsync();
        await scene.Hand.PatchAsync(DriftScene.Web, OtherImage);
        await scene.Hand.PatchAsync(DriftScene.Web, """{"metadata":{"annotations":{"somebody":"was here"}},"spec":{"minReadySeconds":1}}""");

        var east = await scene.EastAsync();
        east.State.Should().Be(DriftState.Drifted);
        var web = east.Objects.Should().ContainSingle().Subject;
        (web.Ref.ToString(), web.Kind).Should().Be(("Deployment/shop/web", DriftKind.Changed));
        web.Changes.Select(c => $"{c.Path} {c.Before} {c.After}").Should().Equal(
            ".spec.template.spec.containers[name=web].image \"registry.example/shop/web:hacked\" \"registry.example/shop/web:v1\"");
        web.Managers.Should().Equal("kubectl-edit");
        Image(await scene.Hand.GetAsync(DriftScene.Web)).Should().EndWith(":hacked", "a report changes nothing");

        var marks = Marks(await scene.Hand.GetAsync(DriftScene.Web));
        var healed = await scene.CheckAsync(heal: true);
        healed.Healed.Select(h => $"{h.Cluster} {h.Object.Ref}").Should().Equal("east Deployment/shop/web");
        healed.Report.HasDrift.Should().BeFalse(DriftScene.Describe(healed.Report));
        var live = await scene.Hand.GetAsync(DriftScene.Web);
        Image(live).Should().EndWith(":v1");
        Marks(live).Should().Be(marks, "the marks of the release are those of the release");
        live["metadata"]!["annotations"]!["somebody"]!.ToString().Should().Be("was here", "what was never released is nobody's drift");
        (await scene.Rig.Delivery.GetArbiterLeaseAsync("shop", Token)).Should().BeNull("the application is free again");
    }

    [Fact]
    public async Task Deletion_IsMissing_AndPutBackWithTheReleasesMarks_NoNewerOnes()
    {
        await using var scene = await DriftScene.StartAsync();
        var marks = Marks(await scene.Hand.GetAsync(DriftScene.Web));
        await scene.Hand.DeleteAsync(DriftScene.Config);
        (await scene.EastAsync()).Objects.Select(o => $"{o.Kind} {o.Ref}").Should().Equal("Missing ConfigMap/shop/shop");

        (await scene.CheckAsync(heal: true)).Report.HasDrift.Should().BeFalse();
        Marks(await scene.Hand.GetAsync(DriftScene.Config)).Should().Be(marks);
        await scene.ReleaseAsync("v2");
        (await scene.CheckAsync()).Report.HasDrift.Should().BeFalse();
    }

    [Fact]
    public async Task Extra_ThatWasNotReleased_IsReported_AndDeletedOnlyUnderPrune()
    {
        await using var scene = await DriftScene.StartAsync();
        const string Labels = """{"kairship.io/application":"shop"}""";
        await scene.Hand.CreateAsync("api/v1/namespaces/shop/configmaps", $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"stray","labels":{{{Labels}}}}}""");
        await scene.Hand.CreateAsync("api/v1/namespaces/shop/configmaps", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"foreign"}}""");
        (await scene.EastAsync(heal: true)).Objects.Select(o => $"{o.Kind} {o.Ref} {string.Join(',', o.Managers)}").Should().Equal("Extra ConfigMap/shop/stray kubectl-edit");

        scene.Follow(scene.Application.Drift with { Prune = true });
        (await scene.EastAsync(heal: true)).State.Should().Be(DriftState.InSync);
        (await scene.Hand.GetAsync("api/v1/namespaces/shop/configmaps"))["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString())
            .Should().Contain("foreign").And.NotContain("stray");
    }

    [Fact]
    public async Task Replicas_OfALiveAutoscaler_AreLeftAlone_WhateverElseIsPutBack()
    {
        await using var scene = await DriftScene.StartAsync();
        await scene.Hand.CreateAsync("apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers", """
            {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},
             "spec":{"minReplicas":5,"maxReplicas":5,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}
            """);
        await ReleaseRig.UntilAsync(async () => Replicas(await scene.Hand.GetAsync(DriftScene.Web)) == 5, "the autoscaler scales");
        (await scene.EastAsync(heal: true)).State.Should().Be(DriftState.InSync);

        await scene.Hand.PatchAsync(DriftScene.Web, OtherImage);
        await scene.Hand.PatchAsync("apis/apps/v1/namespaces/shop/deployments/api", """{"spec":{"replicas":9}}""");
        (await scene.CheckAsync(heal: true)).Healed.Select(h => h.Object.Ref.Name).Should().BeEquivalentTo("web", "api");
        var web = await scene.Hand.GetAsync(DriftScene.Web);
        (Image(web).Split(':')[^1], Replicas(web)).Should().Be(("v1", 5));
        Replicas(await scene.Hand.GetAsync("apis/apps/v1/namespaces/shop/deployments/api")).Should().Be(2, "nobody scales this one");
    }

    [Fact]
    public async Task Replicas_OfAnAutoscalerAmongTheManifests_AreNoDrift()
    {
        const string Autoscaler = """

            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web}
            spec: {minReplicas: 3, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
            """;
        await using var scene = await DriftScene.StartAsync(extra: Autoscaler);
        await ReleaseRig.UntilAsync(async () => Replicas(await scene.Hand.GetAsync(DriftScene.Web)) == 3, "the autoscaler scales");
        (await scene.CheckAsync(heal: true)).Report.Clusters.Should().OnlyContain(c => c.State == DriftState.InSync);
    }

    [Fact]
    public async Task Replicas_SetThroughTheScaleSubresource_AreMeantSo()
    {
        await using var scene = await DriftScene.StartAsync();
        await scene.Hand.PatchAsync($"{DriftScene.Web}/scale", """{"spec":{"replicas":6}}""", "application/merge-patch+json");
        (await scene.EastAsync(heal: true)).State.Should().Be(DriftState.InSync);
        Replicas(await scene.Hand.GetAsync(DriftScene.Web)).Should().Be(6);
    }

    [Fact]
    public async Task IgnoredField_MayDiffer_AndStaysAsItIsWhenTheRestIsPutBack()
    {
        await using var scene = await DriftScene.StartAsync(new DriftPolicy { Mode = DriftMode.Heal, Ignore = ["/data/version"] });
        await scene.Hand.PatchAsync(DriftScene.Config, """{"data":{"version":"mine"}}""");
        (await scene.EastAsync(heal: true)).State.Should().Be(DriftState.InSync);
        await scene.Hand.PatchAsync(DriftScene.Config, """{"metadata":{"labels":{"app.kubernetes.io/managed-by":"me"}}}""");
        (await scene.EastAsync(heal: true)).State.Should().Be(DriftState.InSync);
        var config = await scene.Hand.GetAsync(DriftScene.Config);
        (config["data"]!["version"]!.ToString(), config["metadata"]!["labels"]!["app.kubernetes.io/managed-by"]!.ToString()).Should().Be(("mine", "kairship"));
    }

    [Fact]
    public async Task Secret_ThatWasChanged_IsToldWithoutItsValues()
    {
        const string Secret = """

            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys}
            stringData: {password: released-passphrase}
            """;
        await using var scene = await DriftScene.StartAsync(extra: Secret);
        (await scene.EastAsync()).State.Should().Be(DriftState.InSync);
        await scene.Hand.PatchAsync("api/v1/namespaces/shop/secrets/keys", """{"data":{"password":"b3RoZXItcGFzc3BocmFzZQ=="}}""");
        (await scene.EastAsync()).Objects.Single().Changes.Select(c => $"{c.Path} {c.Before} {c.After}").Should().Equal(".data.password (secret) (secret, changed)");
        System.Text.Json.JsonSerializer.Serialize(await scene.Rig.Delivery.GetDriftAsync("shop", Token)).Should().NotContain("passphrase").And.NotContain("b3RoZXI");
        (await scene.EastAsync(heal: true)).State.Should().Be(DriftState.InSync);
    }

    [Fact]
    public async Task Fight_IsGivenUpAfterThreeTimes_AndNamesTheOther_AlsoAcrossARestart()
    {
        await using var scene = await DriftScene.StartAsync();
        for (var round = 1; round <= HealRules.MostHeals; round++)
        {
            await scene.Hand.PatchAsync(DriftScene.Web, OtherImage);
            (await scene.CheckAsync(heal: true)).Healed.Should().HaveCount(1, "in round {0}", round);
            await scene.Hand.PatchAsync(DriftScene.Web, OtherImage);
            (await scene.CheckAsync(heal: true)).Healed.Should().BeEmpty("it was put back a moment ago");
            await scene.RestartAsync();
            scene.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        var east = await scene.EastAsync(heal: true);
        east.State.Should().Be(DriftState.FoughtOver);
        east.Message.Should().Be("Deployment/shop/web was put back 3 times within 1 h and is fought over by kubectl-edit: it is not put back any more");
        Image(await scene.Hand.GetAsync(DriftScene.Web)).Should().EndWith(":hacked");

        scene.Clock.Advance(HealRules.Window);
        (await scene.EastAsync(heal: true)).State.Should().Be(DriftState.InSync, "what was long ago is forgotten, and {0}", DriftScene.Describe(scene.Last));
    }

    [Fact]
    public async Task Release_UnderWay_IsNotDisturbed()
    {
        await using var scene = await DriftScene.StartAsync();
        var slow = scene.Application with { Rollout = scene.Application.Rollout with { Steps = [new CanaryStep(50, TimeSpan.FromMinutes(5))] } };
        var release = await scene.Rig.ReleaseAsync(slow, ShopSample.Manifests("v2", replicas: 2), "v2", "canary");
        await scene.Hand.PatchAsync(DriftScene.Web, OtherImage);
        (await scene.Keeper.CheckAsync(scene.Application, heal: true, Token)).Should().BeOfType<DriftCheck.NotNow>()
            .Which.Reason.Should().Contain(release.Id);
        Image(await scene.Hand.GetAsync(DriftScene.Web)).Should().EndWith(":hacked");
        await scene.Rig.AbortAsync(release);
        await scene.Rig.EndAsync(release.Id);
        (await scene.EastAsync(heal: true)).State.Should().Be(DriftState.InSync);
    }

    [Fact]
    public async Task Release_ThatBeginsWhileItIsPutBack_TakesTheApplicationOver()
    {
        await using var scene = await DriftScene.StartAsync();
        var held = await scene.Rig.Delivery.TryHoldAsync("shop", DriftKeeper.Holder, ArbiterPurpose.Heal, scene.Clock.GetUtcNow(), Token);
        held.Should().NotBeNull();
        var release = await scene.ReleaseAsync("v2");
        (await scene.Rig.Delivery.GetArbiterLeaseAsync("shop", Token)).Should().BeNull();
        release.FromRevision.Should().Be("v1");
        (await scene.CheckAsync()).Report.Revision.Should().Be("v2");
    }

    [Fact]
    public async Task Cluster_OutOfReach_IsUnknown_AndTheOthersAreCompared()
    {
        await using var scene = await DriftScene.StartAsync();
        await scene.Hand.PatchAsync(DriftScene.Web, OtherImage);
        scene.Fixture.Fleet["west"].Faults.Unreachable = true;
        var report = (await scene.CheckAsync(heal: true)).Report;
        report.Clusters.Select(c => (c.Cluster, c.State)).Should().Equal(
            [("east", DriftState.InSync), ("north", DriftState.InSync), ("west", DriftState.Unknown)],
            DriftScene.Describe(report));
    }

    [Fact]
    public async Task Application_NeverReleased_HasNothingToCompare()
    {
        await using var scene = await DriftScene.StartAsync();
        (await scene.Keeper.CheckAsync(scene.Application with { Name = "other" }, heal: false, Token)).Should().BeOfType<DriftCheck.NotNow>().Which.Reason.Should().Contain("never released");
    }

    private static string Image(JsonObject deployment) => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString();

    private static int Replicas(JsonObject deployment) => deployment["spec"]!["replicas"]!.GetValue<int>();

    private static (string? Release, string? Epoch) Marks(JsonObject obj) =>
        (obj["metadata"]!["annotations"]!["kairship.io/release"]?.ToString(), obj["metadata"]!["annotations"]!["kairship.io/epoch"]?.ToString());

    private static async Task<IReadOnlyList<string>> VersionsAsync(DriftScene scene)
    {
        var objects = new List<string>();
        foreach (var path in (string[])["apis/apps/v1/namespaces/shop/deployments", "api/v1/namespaces/shop/configmaps", "api/v1/namespaces/shop/services"])
        {
            objects.AddRange((await scene.Hand.GetAsync(path))["items"]!.AsArray().Select(i => $"{path}/{i!["metadata"]!["name"]} {i["metadata"]!["resourceVersion"]}"));
        }

        return objects;
    }
}
