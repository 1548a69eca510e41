using Kairship.Activities.Drift;
using Kairship.Activities.Returning;
using Kairship.Activities.Tests.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Drift;
using Kairship.Testing.Kube;
using Kairship.Testing.Releases;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Activities.Tests.Drift;

/// <summary>The shop, released to three simulated clusters, and somebody who interferes in "east".</summary>
internal sealed class DriftScene : IAsyncDisposable
{
    public const string Web = "apis/apps/v1/namespaces/shop/deployments/web";
    public const string Config = "api/v1/namespaces/shop/configmaps/shop";

    private readonly ReleaseFixture _fixture;

    private DriftScene(ReleaseFixture fixture, Application application)
    {
        _fixture = fixture;
        Application = application;
        Hand = new ClusterHand(fixture.Fleet["east"]);
        Rig = fixture.Rig;
    }

    public Application Application { get; private set; }

    public ClusterHand Hand { get; }

    public ReleaseFixture Fixture => _fixture;

    public ReleaseRig Rig { get; private set; }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2040, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public DriftKeeper Keeper => new(Rig.Delivery, Rig.Get<ClusterConnections>(), Rig.Get<DriftInspector>(), Rig.Get<Healer>(), Rig.Get<ReturnGate>(), Clock);

    public static async Task<DriftScene> StartAsync(DriftPolicy? policy = null, string extra = "", int replicas = 2)
    {
        var application = ShopSample.Application with
        {
            Drift = policy ?? new DriftPolicy { Mode = DriftMode.Heal }, Rollout = ShopSample.Application.Rollout with { Steps = [], Waves = [] },
        };
        var scene = new DriftScene(await ReleaseFixture.StartAsync(), application);
        await scene.ReleaseAsync("v1", extra, replicas);
        return scene;
    }

    public async Task<Release> ReleaseAsync(string tag, string extra = "", int replicas = 2)
    {
        var release = await Rig.ReleaseAsync(Application, ShopSample.Manifests(tag, replicas: replicas, extra: extra), tag, "deploy");
        release = await Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await Rig.DescribeAsync(release.Id));
        return release;
    }

    /// <summary>Under this policy from now on.</summary>
    public void Follow(DriftPolicy policy) => Application = Application with { Drift = policy };

    public DriftReport Last { get; private set; } = null!;

    public async Task<DriftCheck.Compared> CheckAsync(bool heal = false)
    {
        var compared = (await Keeper.CheckAsync(Application, heal, CancellationToken.None)).Should().BeOfType<DriftCheck.Compared>().Subject;
        Last = compared.Report;
        return compared;
    }

    /// <summary>All that differs, for messages of failing tests.</summary>
    public static string Describe(DriftReport report) => string.Join("; ", report.Clusters.Select(c =>
        $"{c.Cluster} {c.State} [{string.Join(", ", c.Objects.SelectMany(o => o.Changes.Select(f => $"{o.Ref} {f.Path} {f.Before} {f.After}").DefaultIfEmpty($"{o.Kind} {o.Ref}")))}] [{string.Join(", ", c.Problems.Select(p => $"{p.Ref} {p.Message}"))}]"));

    /// <summary>What east is said to be.</summary>
    public async Task<ClusterDrift> EastAsync(bool heal = false) => (await CheckAsync(heal)).Report.Clusters.Single(c => c.Cluster == "east");

    /// <summary>The server goes and comes back.</summary>
    public async Task RestartAsync()
    {
        await Rig.StopAsync();
        Rig = await ReleaseRig.StartAsync(_fixture.Storage, _fixture.Keys);
    }

    public async ValueTask DisposeAsync()
    {
        Hand.Dispose();
        await Rig.DisposeAsync();
        await _fixture.DisposeAsync();
    }
}
