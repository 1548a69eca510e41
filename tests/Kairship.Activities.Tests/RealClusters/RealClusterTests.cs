using System.Text.Json.Nodes;
using Kairship.Activities.Drift;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Testing;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.RealClusters;

/// <summary>The shipped canary against real API servers, controllers and schedulers.</summary>
public sealed class RealClusterTests(RealFleet fleet) : IClassFixture<RealFleet>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Application Podinfo(TimeSpan deadline, params IReadOnlyList<OverrideRule> overrides) => new()
    {
        Name = "podinfo",
        Namespace = "podinfo",
        Overrides = overrides,
        Rollout = new RolloutPolicy
        {
            Waves = [new Wave("edge", new LabelSelector(new Dictionary<string, string> { ["tier"] = "edge" }))],
            Steps = [new CanaryStep(50, TimeSpan.FromSeconds(1))],
            ProgressDeadline = deadline,
        },
    };

    [Fact]
    public async Task Podinfo_IsPromotedByCanary_AndBrokenRevisionsAreRolledBack()
    {
        Assert.SkipWhen(fleet.WhyMissing is not null, fleet.WhyMissing ?? "");
        var patient = Podinfo(TimeSpan.FromSeconds(60));
        await EndsAsync(patient, "6.14.1", ReleaseStatus.Succeeded);
        await IsInPlaceAsync("6.14.1");

        var second = await EndsAsync(patient, "6.14.2", ReleaseStatus.Succeeded);
        await IsInPlaceAsync("6.14.2");
        var story = await fleet.Rig.Delivery.ListReleaseEventsAsync(second.Id, 100, Token);
        story.Where(e => e.Kind == "CanaryWeight").Should().HaveCount(2);
        story.Where(e => e.Kind == "Promoted").Select(e => e.Cluster).Should().Equal("east", "west");

        // Its pods run and never become ready: the first cluster's canary is as far as it gets.
        var unready = await EndsAsync(Podinfo(TimeSpan.FromSeconds(8)), "unready", ReleaseStatus.RolledBack);
        unready.Reason.Should().Contain("east").And.Contain("podinfo-canary");
        await IsInPlaceAsync("6.14.2");

        // Good in the first cluster, not to be pulled in the second: the first is promoted by then and goes back.
        var broken = new OverrideRule(new ClusterAffinity(["west"]), [new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "bad-pull")]);
        var bad = await EndsAsync(Podinfo(TimeSpan.FromSeconds(24), broken), "6.14.3", ReleaseStatus.RolledBack);
        bad.Reason.Should().Contain("west").And.Contain("podinfo-canary").And.MatchRegex("ImagePullBackOff|ErrImagePull");
        (await fleet.Rig.Delivery.ListReleaseEventsAsync(bad.Id, 100, Token)).Should().ContainSingle(e => e.Kind == "Promoted" && e.Cluster == "east");
        await IsInPlaceAsync("6.14.2");
        (await fleet.Rig.Delivery.GetCurrentRevisionAsync("podinfo", Token)).Should().Be("6.14.2");
    }

    [Fact]
    public async Task OnlineBoutique_IsRefusedByAnOldCluster_ObjectByObject_AndNothingIsWritten()
    {
        Assert.SkipWhen(fleet.WhyMissing is not null, fleet.WhyMissing ?? "");
        var boutique = new Application { Name = "boutique", Namespace = "boutique", Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["west"]) } };
        var before = await AtRestAsync("west");
        var manifests = SharedFiles.Read("data", "online-boutique", "v0.10.5.yaml");
        var release = await fleet.Rig.ReleaseAsync(boutique, manifests, "v0.10.5", "canary");
        release = await fleet.Rig.EndAsync(release.Id);
        (await fleet.EverythingAsync("west")).Should().Equal(before, "a refused plan has written nothing at all");

        release.Status.Should().Be(ReleaseStatus.Failed, await fleet.Rig.DescribeAsync(release.Id));
        var plan = (await fleet.Rig.Delivery.GetPlanAsync(release.Id, Token))!.Clusters.Should().ContainSingle().Subject;
        plan.Problems.Select(p => $"{p.Ref!.Kind}/{p.Ref.Name}").Should().BeEquivalentTo(Refusable(manifests), "each object that cannot go is named, and no other");
        plan.Problems.Should().HaveCount(21).And.OnlyContain(p => p.Message.Contains(p.Ref!.Kind == "Service" ? "\"protocol\"" : "Probe.grpc", StringComparison.Ordinal));
        plan.Problems.Should().OnlyContain(p => !p.Message.Contains('\n'), "a problem is a sentence");
        release.Reason.Should().Contain("21 problem(s), so nothing was changed").And.Contain("west: Service/boutique/adservice");
    }

    /// <summary>A real API server's managed fields, dry-runs and defaults; kubectl is the other hand.</summary>
    [Fact]
    public async Task Drift_ByKubectl_IsFoundNamedAndPutBack_ButNotAnAutoscalersReplicas()
    {
        Assert.SkipWhen(fleet.WhyMissing is not null, fleet.WhyMissing ?? "");
        var kept = new Application
        {
            Name = "kept", Namespace = "kept", Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["east"]) }, Drift = new DriftPolicy { Mode = DriftMode.Heal },
        };
        var release = await fleet.Rig.EndAsync((await fleet.Rig.ReleaseAsync(kept, ShopSample.Manifests("v1", replicas: 2), "v1", "deploy")).Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await fleet.Rig.DescribeAsync(release.Id));
        var keeper = fleet.Rig.Get<DriftKeeper>();
        (await EastAsync(false)).Should().Match<ClusterDrift>(c => c.State == DriftState.InSync && c.Problems.Count == 0);

        await fleet.KubectlAsync("east", "", "-n", "kept", "set", "image", "deployment/web", "web=registry.example/shop/web:v9");
        await fleet.KubectlAsync("east", "", "-n", "kept", "delete", "configmap", "shop");
        await fleet.KubectlAsync("east", "", "-n", "kept", "annotate", "service", "web", "somebody=was-here");
        await fleet.KubectlAsync("east", "", "-n", "kept", "create", "configmap", "stray");
        await fleet.KubectlAsync("east", "", "-n", "kept", "label", "configmap", "stray", "kairship.io/application=kept");
        await fleet.KubectlAsync("east", "", "-n", "kept", "autoscale", "deployment/api", "--min=3", "--max=3");
        await ReleaseRig.UntilAsync(
            async () => (await fleet.KubectlAsync("east", "", "-n", "kept", "get", "deployment", "api", "-o", "jsonpath={.spec.replicas}")) == "3", "the autoscaler scales api");

        var east = await EastAsync(false);
        east.Objects.Select(o => $"{o.Kind} {o.Ref}").Should().BeEquivalentTo("Changed Deployment/kept/web", "Missing ConfigMap/kept/shop", "Extra ConfigMap/kept/stray");
        var web = east.Objects.Single(o => o.Kind == DriftKind.Changed);
        web.Changes.Select(c => $"{c.Path} {c.Before} {c.After}").Should().Equal(
            ".spec.template.spec.containers[name=web].image \"registry.example/shop/web:v9\" \"registry.example/shop/web:v1\"");
        web.Managers.Should().ContainSingle().Which.Should().StartWith("kubectl");

        east = await EastAsync(true);
        east.Objects.Select(o => $"{o.Kind} {o.Ref}").Should().Equal(["Extra ConfigMap/kept/stray"], string.Join("; ", east.Problems));
        (await fleet.KubectlAsync("east", "", "-n", "kept", "get", "deployments", "-o", "jsonpath={.items[*].spec.replicas}")).Should().Be("3 2");
        (await fleet.KubectlAsync("east", "", "-n", "kept", "get", "configmap", "shop", "-o", "jsonpath={.metadata.annotations.kairship\\.io/release}")).Should().Be(release.Id);

        async Task<ClusterDrift> EastAsync(bool heal) =>
            (await keeper.CheckAsync(kept, heal, Token)).Should().BeOfType<DriftCheck.Compared>().Subject.Report.Clusters.Single();
    }

    private async Task<Release> EndsAsync(Application application, string tag, ReleaseStatus status)
    {
        var release = await fleet.Rig.ReleaseAsync(application, Manifests(tag), tag, "canary");
        release = await fleet.Rig.EndAsync(release.Id);
        release.Status.Should().Be(status, await fleet.Rig.DescribeAsync(release.Id));
        return release;
    }

    /// <summary>What Kubernetes 1.20 does not take: gRPC probes, and in server-side apply ports without a protocol.</summary>
    private static IEnumerable<string> Refusable(string manifests) => ManifestParser.Parse(manifests)
        .Where(m => m.Json.ToJsonString().Contains("\"grpc\":{", StringComparison.Ordinal)
            || (m.Ref.Kind == "Service" && m.Json["spec"]!["ports"]!.AsArray().Any(p => p!["protocol"] is null)))
        .Select(m => $"{m.Ref.Kind}/{m.Ref.Name}");

    /// <summary>Podinfo less its HPA, which these clusters do not serve in that version.</summary>
    private static string Manifests(string tag) => string.Join(
        "\n---\n",
        SharedFiles.Read("data", "podinfo", "6.14.1.yaml").Replace("podinfo:6.14.1", $"podinfo:{tag}", StringComparison.Ordinal)
            .Split("\n---\n").Where(d => !d.Contains("HorizontalPodAutoscaler", StringComparison.Ordinal)));

    /// <summary>Each cluster has exactly what kubectl would have made of the same manifests, ready, and nothing else.</summary>
    private async Task IsInPlaceAsync(string tag)
    {
        foreach (var cluster in fleet.Clusters)
        {
            var control = $"control-{tag.Replace('.', '-')}";
            if (await fleet.KubectlAsync(cluster, "", "get", "namespace", control, "--ignore-not-found", "-o", "name") == "")
            {
                await fleet.KubectlAsync(cluster, "", "create", "namespace", control);
                await fleet.KubectlAsync(cluster, Manifests(tag), "apply", "--server-side", "-n", control, "-f", "-");
            }

            (await SpecsAsync(cluster, "podinfo")).Should().BeEquivalentTo(await SpecsAsync(cluster, control), "{0} has {1}", cluster, tag);
            var deployment = (await fleet.ListAsync(cluster, "deployments", "podinfo")).Should().ContainSingle().Subject;
            deployment["status"]!["readyReplicas"]!.GetValue<int>().Should().Be(deployment["spec"]!["replicas"]!.GetValue<int>());
            deployment["status"]!["observedGeneration"]!.GetValue<long>().Should().Be(deployment["metadata"]!["generation"]!.GetValue<long>());
            (await fleet.ListAsync(cluster, "deployments,replicasets,services,configmaps,serviceaccounts", null, "kairship.io/track")).Should().BeEmpty("nothing of a canary is left in {0}", cluster);
            await ReleaseRig.UntilAsync(
                async () => (await fleet.ListAsync(cluster, "pods", "podinfo")).Select(p => p["spec"]!["containers"]![0]!["image"]!.ToString()).ToList()
                    is [var image] && image.EndsWith($":{tag}", StringComparison.Ordinal),
                $"pods other than one of {tag} in {cluster}");
        }
    }

    /// <summary>"Deployment/podinfo" to what was wanted of it, less the addresses that a cluster gives to each Service and the list that Kairship keeps of its objects.</summary>
    private async Task<Dictionary<string, string>> SpecsAsync(string cluster, string ns) => (await fleet.ListAsync(cluster, "deployments,services,configmaps,secrets,serviceaccounts,horizontalpodautoscalers", ns))
        .Where(o => o["metadata"]!["name"]!.ToString() is not "default" and not "kube-root-ca.crt" && o["type"]?.ToString() != "kubernetes.io/service-account-token"
            && o["metadata"]!["labels"]?["applyset.kubernetes.io/id"] is null)
        .ToDictionary(o => $"{o["kind"]}/{o["metadata"]!["name"]}", o =>
        {
            var wanted = (JsonObject)o.DeepClone();
            wanted.Remove("metadata");
            wanted.Remove("status");
            (wanted["spec"] as JsonObject)?.Remove("clusterIP");
            (wanted["spec"] as JsonObject)?.Remove("clusterIPs");
            return wanted.ToJsonString();
        });

    /// <summary>Everything in the cluster, once its controllers have nothing left to write.</summary>
    private async Task<IReadOnlyList<string>> AtRestAsync(string cluster)
    {
        IReadOnlyList<string> last = [], now = [];
        await ReleaseRig.UntilAsync(
            async () =>
            {
                last = now;
                now = await fleet.EverythingAsync(cluster);
                return now.SequenceEqual(last);
            },
            $"{cluster} does not come to rest");
        now.Should().Contain(l => l.StartsWith("Service ", StringComparison.Ordinal) && l.Contains(" kubernetes "), "it was read");
        return now;
    }
}
