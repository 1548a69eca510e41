using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Api.Placements;
using Kairship.Api.Releases;
using Kairship.Simulator;

namespace Kairship.Server.Tests.Placements;

/// <summary>Why an application is where it is, where it would be, and policies of Karmada, over HTTP.</summary>
public sealed class PlacementTests : IAsyncLifetime
{
    private const string Policies = """
        apiVersion: policy.karmada.io/v1alpha1
        kind: PropagationPolicy
        metadata: {name: web-spread, namespace: shop}
        spec:
          propagateDeps: true
          resourceSelectors: [{apiVersion: apps/v1, kind: Deployment, name: web}]
          placement:
            clusterAffinity: {clusterNames: [east]}
        ---
        apiVersion: policy.karmada.io/v1alpha1
        kind: OverridePolicy
        metadata: {name: mirror, namespace: shop}
        spec:
          resourceSelectors: [{apiVersion: apps/v1, kind: Deployment, name: web}]
          overrideRules:
          - targetCluster: {clusterNames: [east]}
            overriders:
              imageOverrider: [{component: Registry, operator: replace, value: mirror.example}]
        """;

    private readonly RunningServer _server = new() { UseShippedWorkflows = true };
    private SimulatedFleet _fleet = null!;

    private KairshipClient Admin => _server.Admin;

    public async ValueTask InitializeAsync()
    {
        _fleet = await SimulatedFleet.StartAsync([new SimulatedClusterOptions { Name = "east" }, new SimulatedClusterOptions { Name = "west", Nodes = 1, NodeCpu = "1" }]);
        await _server.InitializeAsync();
        foreach (var cluster in _fleet.Clusters)
        {
            await Admin.JoinClusterAsync(new JoinClusterRequest(cluster.Name, cluster.Kubeconfig, null, new Dictionary<string, string>()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Explain_ReleasedApplication_TellsOfEveryCluster_AndSimulate_MovesItInThoughtOnly()
    {
        await ReleaseAsync("storefront");

        var now = await Admin.ExplainPlacementAsync("storefront");
        now.Should().Match<PlacementInfo>(p => p.IsPlaced && p.Revision == "v1" && p.Unschedulable == null);
        now.Clusters.Select(c => (c.Cluster, c.IsChosen, c.Replicas["Deployment/web"], c.Before["Deployment/web"])).Should().BeEquivalentTo([("east", true, 2, 2), ("west", true, 2, 2)]);
        now.Clusters.Should().OnlyContain(c => c.Sentence.StartsWith($"{c.Cluster} is chosen") && c.Available > 2);

        var without = await Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("storefront"), Without: ["west"]));
        without.Clusters.Select(c => (c.Cluster, c.IsChosen, c.IsLeft)).Should().Equal(("east", true, false), ("west", false, true));
        var none = await Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("storefront"), Without: ["west", "east"]));
        none.Should().Match<PlacementInfo>(p => !p.IsPlaced && p.Unschedulable!.Contains("no cluster"));
        (await Admin.ListReleasesAsync("storefront")).Total.Should().Be(1, "nothing was written");
    }

    [Fact]
    public async Task Simulate_WhatHasNotBeenReleased_CountsRoomAndTaints()
    {
        var big = SampleApplications.Manifests().Replace("- {name: web,", "- {resources: {requests: {cpu: 900m}}, name: web,", StringComparison.Ordinal);
        var full = await Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("draft"), big));
        full.IsPlaced.Should().BeFalse("two pods of 900m in every cluster do not fit into one CPU");
        full.Clusters.Single(c => c.Cluster == "west").Should().Match<PlacedClusterInfo>(c => c.Sentence.Contains("room for 1 more") && c.Reason == "Capacity");

        await Admin.ChangeTaintsAsync("west", new ChangeTaintsRequest([new TaintToSet("maintenance", "NoSchedule")]));
        var tainted = await Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("draft"), big));
        tainted.Clusters.Single(c => c.IsChosen).Cluster.Should().Be("east");
        tainted.Clusters.Single(c => c.Cluster == "west").Sentence.Should().Contain("its taint maintenance:NoSchedule is not tolerated");
        var borne = await Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("draft"), SampleApplications.Manifests(), Tolerate: ["maintenance:NoSchedule"]));
        borne.Clusters.Should().OnlyContain(c => c.IsChosen);
    }

    [Fact]
    public async Task WrongQuestions_AreRefused_WithWhatWouldBeRight()
    {
        await RefusesAsync(() => Admin.ExplainPlacementAsync("ghost"), 404, "ghost");
        await Admin.ApplyApplicationAsync(Yaml("idle"));
        await RefusesAsync(() => Admin.ExplainPlacementAsync("idle"), 409, "released");
        await RefusesAsync(() => Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("idle"))), 422, "manifests");
        await RefusesAsync(() => Admin.SimulatePlacementAsync(new SimulatePlacementRequest("a: [")), 422, "Application");
        await RefusesAsync(() => Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("idle"), "a: [1", ["east"])), 422, "YAML");
        await RefusesAsync(() => Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("idle"), SampleApplications.Manifests(), ["atlantis"])), 422, "atlantis", "east");
        await RefusesAsync(() => Admin.SimulatePlacementAsync(new SimulatePlacementRequest(Yaml("idle"), SampleApplications.Manifests(), null, ["x:Sometimes", ""])), 422, "tolerate[0]", "tolerate[1]", "NoExecute");
    }

    [Fact]
    public async Task Policies_GoIntoTheApplicationThatTheySelect_Once_AndShowInThePlan()
    {
        await RefusesAsync(() => Admin.ApplyApplicationAsync(Policies), 422, "select no object", "--application");
        await ReleaseAsync("storefront");

        var applied = await Admin.ApplyApplicationAsync(Policies);
        applied.Should().BeEquivalentTo(new { Name = "storefront", Change = "configured" });
        applied.Notes.Should().ContainSingle(n => n.Contains("propagateDeps has no effect here"));
        (await Admin.ApplyApplicationAsync(Policies)).Change.Should().Be("unchanged");
        (await Admin.ApplyApplicationAsync($"{Policies}\n---\n{Yaml("other")}")).Should().BeEquivalentTo(new { Name = "other", Change = "created" });
        (await Admin.ApplyApplicationAsync(Policies, "other")).Change.Should().Be("unchanged");
        await RefusesAsync(() => Admin.ApplyApplicationAsync(Policies, "ghost"), 404, "ghost");
        await RefusesAsync(() => Admin.ApplyApplicationAsync(Yaml("plain"), "other"), 422, "no policies");
        await RefusesAsync(() => Admin.ApplyApplicationAsync(Policies.Replace("clusterNames: [east]", "clusterNamez: [east]", StringComparison.Ordinal)), 422, "clusterNamez");

        var plan = await Admin.PlanAsync("storefront", new Api.Applications.PlanRequest());
        plan.Clusters.Select(c => (c.Cluster, c.Role, c.Wave)).Should().Equal(("east", "Target", "all"), ("west", "Leaving", "leaving"));
        plan.Clusters[0].Overrides.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Object = "Deployment/web", Rule = "mirror", Overrider = "imageOverrider" });
        plan.Clusters[0].Overrides![0].Changes.Should().ContainSingle(c => c.After!.Contains("mirror.example/shop/storefront"));
        plan.Placement!.Clusters.Single(c => c.Cluster == "west").Sentence.Should().Contain("not among the named clusters");
    }

    private async Task ReleaseAsync(string name)
    {
        await Admin.ApplyApplicationAsync(Yaml(name));
        var release = await Admin.StartReleaseAsync(name, new StartReleaseRequest(SampleApplications.Manifests(), Revision: "v1"));
        await Eventually.HoldsAsync(async () => (await Admin.GetReleaseAsync(release.Id)).Release.Status == "Succeeded", $"{release.Id} succeeds");
    }

    private static string Yaml(string name) => SampleApplications.Yaml(name, "deploy");

    private static async Task RefusesAsync(Func<Task> ask, int status, params string[] words)
    {
        var refused = (await ask.Should().ThrowAsync<KairshipApiException>()).Which;
        refused.Status.Should().Be(status, refused.Message);
        refused.Message.Should().ContainAll(words);
    }
}
