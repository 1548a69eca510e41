using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.ApplySets;
using Kairship.Simulator;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Releases;

/// <summary>What differs between clusters, and what releases do to each other.</summary>
public class SeveralReleasesTests
{
    private const string Registry = "registry.example/shop";
    private const string Mirror = "mirror.example/shop";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Override_OfTheRegistryInOneCluster_HoldsForStableAndCanary()
    {
        await using var f = await ReleaseFixture.StartAsync();
        var mirrored = ShopSample.Application with
        {
            Overrides = [new OverrideRule(new ClusterAffinity(["west"]), [new ImageOverrider(ImageComponent.Registry, OverrideOperator.Replace, "mirror.example")])],
            Rollout = new RolloutPolicy { Steps = [new CanaryStep(50, TimeSpan.FromMilliseconds(50))], ProgressDeadline = TimeSpan.FromSeconds(20) },
        };
        await EndsAsync(f, mirrored, "v1");
        Images(f.Fleet["east"], "shop").Should().Equal($"{Registry}/api:v1", $"{Registry}/web:v1");
        Images(f.Fleet["west"], "shop").Should().Equal($"{Mirror}/api:v1", $"{Mirror}/web:v1");

        await EndsAsync(f, mirrored, "v2");
        Images(f.Fleet["north"], "shop").Should().Equal($"{Registry}/api:v1", $"{Registry}/web:v2");
        Images(f.Fleet["west"], "shop").Should().Equal($"{Mirror}/api:v1", $"{Mirror}/web:v2");

        // The same for a canary that is still out.
        var slow = mirrored with { Rollout = mirrored.Rollout with { Steps = [new CanaryStep(50, TimeSpan.FromMinutes(5))] } };
        var release = await f.Rig.ReleaseAsync(slow, ShopSample.Manifests("v3"), "v3");
        foreach (var (cluster, root) in (IEnumerable<(string, string)>)[("east", Registry), ("west", Mirror)])
        {
            await ReleaseRig.UntilAsync(
                () => Task.FromResult(Images(f.Fleet[cluster], "shop").SequenceEqual([$"{root}/api:v1", $"{root}/web:v2", $"{root}/web:v3"])),
                $"no canary from {root} in {cluster}", () => f.Rig.DescribeAsync(release.Id));
        }

        await f.Rig.AbortAsync(release);
        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Aborted, await f.Rig.DescribeAsync(release.Id));
        Images(f.Fleet["west"], "shop").Should().Equal($"{Mirror}/api:v1", $"{Mirror}/web:v2");
    }

    [Fact]
    public async Task SeveralApplications_AreReleasedAtTheSameTime()
    {
        await using var f = await ReleaseFixture.StartAsync();
        Application[] applications = [.. Enumerable.Range(1, 6).Select(n => ShopSample.Application with { Name = $"shop-{n}", Namespace = $"shop-{n}" })];
        await Task.WhenAll(applications.Select(a => EndsAsync(f, a, "v1")));
        var releases = await Task.WhenAll(applications.Select(a => EndsAsync(f, a, $"v2-{a.Name}")));
        releases.Max(r => r.RequestedAt).Should().BeBefore(releases.Min(r => r.FinishedAt)!.Value, "they ran at the same time");
        foreach (var application in applications)
        {
            f.Truth(application.Namespace).Should().Equal(f.Expected($"v2-{application.Name}"), "{0} holds its own revision only", application.Namespace);
            (await f.Rig.Delivery.GetArbiterLeaseAsync(application.Name, Token)).Should().BeNull();
        }
    }

    [Fact]
    public async Task AnotherReleaseOfTheApplication_IsRefused_NamingTheOneThatRuns()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await EndsAsync(f, ShopSample.Application, "v1");
        var first = await f.Rig.ReleaseAsync(ShopSample.WithApproval, ShopSample.Manifests("v2"), "v2");
        await f.Rig.PendingAsync(first.Id);

        var again = async () => await f.Rig.ReleaseAsync(ShopSample.Application, ShopSample.Manifests("v3"), "v3");
        (await again.Should().ThrowAsync<DeliveryConflictException>()).Which.Message.Should().Contain("'shop'").And.Contain($"'{first.Id}'");
        (await f.Rig.Delivery.ListReleasesAsync("shop", 0, 100, Token)).Total.Should().Be(2, "a refused release leaves nothing");

        await f.Rig.DecideAsync(first.Id, approve: true);
        (await f.Rig.EndAsync(first.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(first.Id));
        f.Truth().Should().Equal(f.Expected("v2"), "the refused one has changed nothing");
        await EndsAsync(f, ShopSample.Application, "v3");
        f.Truth().Should().Equal(f.Expected("v3"));
    }

    [Fact]
    public async Task ManyReleasesAskedForAtOnce_OneGetsTheApplication()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await EndsAsync(f, ShopSample.Application, "v1");
        var asked = await Task.WhenAll(Enumerable.Range(2, 8).Select(async n =>
        {
            try
            {
                return await f.Rig.ReleaseAsync(ShopSample.Application, ShopSample.Manifests($"v{n}"), $"v{n}");
            }
            catch (DeliveryConflictException)
            {
                return null;
            }
        }));
        var started = asked.OfType<Release>().Should().ContainSingle().Subject;
        (await f.Rig.EndAsync(started.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(started.Id));
        f.Truth().Should().Equal(f.Expected(started.Revision));
    }

    [Fact]
    public async Task Leftovers_OfTheSet_AndObjectsFromBeforeSets_AreInThePlan_AndPruned()
    {
        await using var f = await ReleaseFixture.StartAsync();
        var east = f.Fleet["east"];
        await EndsAsync(f, ShopSample.Application, "v1");

        // As if v1 had been released before there were sets, and as if a release that died had left something.
        var client = (await f.Rig.Get<ClusterConnections>().GetAsync("east", Token)).Resources;
        await client.PatchAsync(
            new("v1", "Service", "shop", "web"), new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [ApplySet.PartOf] = null } } }, Token);
        var set = east.Store.List("", "configmaps", "shop").Single(c => c["metadata"]!["name"]!.ToString() == "shop")["metadata"]!["labels"]![ApplySet.PartOf]!.ToString();
        set.Should().Be(new ApplySet("shop", "shop").Id);
        var leftover = $"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: leftover, namespace: shop, labels: {{ kairship.io/application: shop, {ApplySet.PartOf}: {set} }} }} }}";
        await client.ApplyAsync(ManifestParser.Parse(leftover).Single(), new ApplyOptions { FieldManager = "somebody" }, Token);

        var release = await f.Rig.ReleaseAsync(ShopSample.Application, WithoutService(ShopSample.Manifests("v2")), "v2");
        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        var plan = (await f.Rig.Delivery.GetPlanAsync(release.Id, Token))!;
        plan.Clusters.Single(c => c.Cluster == "east").Objects.Where(o => o.Action == PlannedAction.Delete).Select(o => o.Ref.ToString())
            .Should().BeEquivalentTo("Service/shop/web", "ConfigMap/shop/leftover");
        plan.Clusters.Single(c => c.Cluster == "west").Objects.Where(o => o.Action == PlannedAction.Delete).Select(o => o.Ref.ToString()).Should().Equal("Service/shop/web");
        east.Store.List("", "services", "shop").Should().BeEmpty();
        east.Store.List("", "configmaps", "shop").Select(c => c["metadata"]!["name"]!.ToString()).Should().NotContain("leftover");
    }

    private static string WithoutService(string manifests) => string.Join("\n---\n", manifests.Split("---").Where(d => !d.Contains("kind: Service", StringComparison.Ordinal)));

    private static async Task<Release> EndsAsync(ReleaseFixture f, Application application, string web)
    {
        var release = await f.Rig.ReleaseAsync(application, ShopSample.Manifests(web), web);
        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        return release;
    }

    /// <summary>The different images of all Deployments, the canary's too, sorted.</summary>
    private static IReadOnlyList<string> Images(SimulatedCluster cluster, string ns) =>
        [.. cluster.Store.List("apps", "deployments", ns).Select(d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString()).Distinct().Order(StringComparer.Ordinal)];
}
