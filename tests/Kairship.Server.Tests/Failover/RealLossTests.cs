using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Api.Releases;
using Kairship.Api.Workflows;
using Kairship.Testing.Kube;

namespace Kairship.Server.Tests.Failover;

/// <summary>Two real control planes; the API server of one is frozen (SIGSTOP) and thaws again. What is inside is read with kubectl, past all of Kairship's code.</summary>
public sealed class RealLossTests(RealPlanes fixture) : IClassFixture<RealPlanes>
{
    private const string Ledger = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          replicas: 2
          serviceName: db
          selector: {matchLabels: {app: db} }
          template:
            metadata: {labels: {app: db} }
            spec: {containers: [{name: db, image: "example/db:v1"}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: scaled}
        spec:
          selector: {matchLabels: {app: scaled} }
          template:
            metadata: {labels: {app: scaled} }
            spec: {containers: [{name: scaled, image: "example/scaled:v1"}]}
        ---
        apiVersion: autoscaling/v1
        kind: HorizontalPodAutoscaler
        metadata: {name: scaled}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: scaled}
          minReplicas: 2
          maxReplicas: 4
          targetCPUUtilizationPercentage: 50
        ---

        """ + FailoverStage.Agent;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ApiServerFreezes_ItsApplicationMoves_AndComesBackAfterTheThaw_WhenWhatWasLeftIsGone()
    {
        Assert.SkipWhen(RealControlPlane.WhyMissing is not null, RealControlPlane.WhyMissing ?? "");
        var planes = await fixture.StartAsync();
        await using var stage = await FailoverStage.OfAsync(planes.Select(p => (p.Name, p.Kubeconfig)));
        await stage.ReleaseAsync("shop", ["east", "west"], replicas: 4, failover: "{failback: {mode: automatic, stabilisation: 3s} }");
        (await stage.PlaceAsync("shop")).Should().Be("east 2, west 2");
        var before = await PictureAsync("east");

        await planes[0].ControlAsync("freeze", "apiserver");
        await stage.MovesAsync("shop", "west 4");
        (await stage.ReportAsync("east")).Report.IsMet.Should().BeTrue();
        (await PictureAsync("west")).Should().StartWith("web 4 4");

        await planes[0].ControlAsync("thaw", "apiserver");
        await Eventually.HoldsAsync(
            async () =>
            {
                var picture = await PictureAsync("east");
                var isBack = (await stage.Admin.GetClusterAsync("east", Token)).Condition!.Ready == "True";
                (isBack ? before : picture).Should().Be(before, "what came back is not touched before it counts as back");
                return isBack;
            },
            "east is back");
        await Eventually.HoldsAsync(
            async () => (await stage.Admin.GetReturnAsync("east", Token)).Fenced.Any(f => f.Object.Contains("web") && f.Action == "Delete"), "the stale Deployment is fenced: it runs in west by now",
            async () => (await stage.Admin.GetReturnAsync("east", Token)).ToString());
        await stage.MovesAsync("shop", "east 2, west 2");
        (await PictureAsync("west")).Should().StartWith("web 2 2");
        (await PictureAsync("east")).Should().StartWith("web 2 2").And.NotContain(before.Split(' ')[3], "it is another Deployment than the one that was left behind");
        (await stage.FailoversAsync("shop")).Should().ContainSingle();
    }

    [Fact]
    public async Task WhatMustNotRunTwice_ReturnsToTheClusterThatThawed_OnlyWhenNoPodOfItIsLeftInTheOther()
    {
        Assert.SkipWhen(RealControlPlane.WhyMissing is not null, RealControlPlane.WhyMissing ?? "");
        var planes = await fixture.StartAsync();
        await using var stage = await FailoverStage.OfAsync(planes.Select(p => (p.Name, p.Kubeconfig)));
        var application = FailoverStage.Application(
            "ledger", "clusterAffinities: [{affinityName: first, clusterNames: [east]}, {affinityName: second, clusterNames: [west]}]", "{stateful: {fencing: confirm}, failback: {mode: automatic, stabilisation: 3s} }");
        await stage.Admin.ApplyApplicationAsync(application, Token);
        await stage.EndsAsync((await stage.Admin.StartReleaseAsync("ledger", new StartReleaseRequest(Ledger, Revision: "v1"), cancellationToken: Token)).Id, "Succeeded");
        await planes[0].ControlAsync("freeze", "apiserver");
        await stage.ReadyAsync("east", isReady: false);
        await stage.Admin.ConfirmFencedAsync("east", new("powered off in the rack"), Token);
        await Eventually.HoldsAsync(async () => (await stage.FailoversAsync("ledger")) is [{ Status: "Succeeded" }], "it is in west", async () => await stage.StoryAsync((await stage.Admin.ListReleasesAsync("ledger")).Items[0].Id));
        var inWest = await PodsAsync("west", "ledger");
        inWest.Should().Contain(p => p.StartsWith("db-")).And.Contain(p => p.StartsWith("scaled-")).And.Contain(p => p.StartsWith("agent-"));

        await planes[0].ControlAsync("thaw", "apiserver");
        await Eventually.HoldsAsync(async () => (await stage.Admin.ListApprovalsAsync(cancellationToken: Token)).Items.Count > 0, "people are asked for its return");
        await Eventually.HoldsAsync(async () => (await PodsAsync("east", "ledger")).Count == 0, "what was left in east is gone");
        var failback = (await stage.Admin.ListReleasesAsync("ledger", cancellationToken: Token)).Items[0].Id;
        await stage.DecideAsync(failback, approve: true, "the data are in east");
        var (looks, doubled) = (0, new List<string>());
        while ((await stage.Admin.GetReleaseAsync(failback, Token)).Release.FinishedAt is null)
        {
            // First where it grows: what is seen in the other afterwards was there at that time.
            var (grown, left) = (await PodsAsync("east", "ledger"), await PodsAsync("west", "ledger"));
            looks++;
            if (grown.Count > 0 && left.Count > 0)
            {
                doubled.Add($"east {string.Join(' ', grown)}, west {string.Join(' ', left)}");
            }
        }

        await stage.EndsAsync(failback, "Succeeded");
        doubled.Should().BeEmpty(await stage.StoryAsync(failback));
        looks.Should().BePositive();
        (await PodsAsync("east", "ledger")).Select(p => p.Split('-')[0]).Distinct().Should().BeEquivalentTo("db", "scaled", "agent");
        (await PodsAsync("west", "ledger")).Should().BeEmpty();
    }

    [Fact]
    public async Task DrillOnTwinsOfRealClusters_MeetsItsObjective_AndChangesNothingInThem()
    {
        Assert.SkipWhen(RealControlPlane.WhyMissing is not null, RealControlPlane.WhyMissing ?? "");
        var planes = await fixture.StartAsync();
        await using var stage = await FailoverStage.OfAsync(planes.Select(p => (p.Name, p.Kubeconfig)));
        await stage.ReleaseAsync("desk", ["east", "west"], replicas: 4, failover: "{objective: {rto: 60s} }");
        string[] before = ["", ""];
        await Eventually.HoldsAsync(
            async () =>
            {
                before = [await VersionsAsync("east"), await VersionsAsync("west")];
                await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
                return (await VersionsAsync("east")) == before[0] && (await VersionsAsync("west")) == before[1];
            },
            "nothing moves there any more");
        before[0].Should().Contain("Deployment desk/web ").And.Contain("Pod desk/web-");

        await stage.Admin.RunWorkflowAsync("dr-drill", new RunWorkflowRequest(JsonSerializer.SerializeToElement(new { Cluster = "east" }), null, null, null), cancellationToken: Token);
        await Eventually.HoldsAsync(async () => (await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items is [{ IsOver: true }], "the drill is over");

        var report = await stage.Admin.GetReportAsync((await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items[0].Id, Token);
        report.Report.IsMet.Should().BeTrue(report.Document.ToString());
        report.Document.GetProperty("size").GetProperty("nodes").GetInt32().Should().Be(6);
        report.Document.GetProperty("loss").GetProperty("applications").EnumerateArray().Single().GetProperty("outcome").GetString().Should().Be("Met");
        (await VersionsAsync("east")).Should().Be(before[0]);
        (await VersionsAsync("west")).Should().Be(before[1]);
        (await stage.PlaceAsync("desk")).Should().Be("east 2, west 2");
        (await stage.Admin.GetClusterAsync("east", Token)).Condition!.Ready.Should().Be("True");
    }

    /// <summary>Those that are ending too.</summary>
    private async Task<IReadOnlyList<string>> PodsAsync(string cluster, string ns) =>
        [.. (await fixture.KubectlAsync(cluster, "get", "pods", "-n", ns, "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(p => p["pod/".Length..])];

    /// <summary>What people and controllers have in it, object for object with its version; what beats by itself (leases, events, the nodes' reports) is not.</summary>
    private async Task<string> VersionsAsync(string cluster)
    {
        var list = JsonNode.Parse(await fixture.KubectlAsync(
            cluster, "get", "deployments,statefulsets,daemonsets,replicasets,pods,services,configmaps,secrets,serviceaccounts,namespaces,customresourcedefinitions,clusterroles", "-A", "-o", "json"))!["items"]!.AsArray();
        return string.Join('\n', list.Select(o => $"{o!["kind"]} {o["metadata"]!["namespace"]}/{o["metadata"]!["name"]} {o["metadata"]!["uid"]} {o["metadata"]!["resourceVersion"]}").Order(StringComparer.Ordinal));
    }

    /// <summary>Deployments of the shop: name, replicas wanted and ready, uid, generation, and by which release; then its pods.</summary>
    private async Task<string> PictureAsync(string cluster)
    {
        var list = JsonNode.Parse(await fixture.KubectlAsync(cluster, "get", "deployments,pods", "-n", "shop", "-o", "json"))!["items"]!.AsArray().Select(i => i!).ToList();
        var deployments = list.Where(i => i["kind"]!.ToString() == "Deployment").Select(d =>
            $"{d["metadata"]!["name"]} {d["spec"]!["replicas"]} {d["status"]!["readyReplicas"]} {d["metadata"]!["uid"]} {d["metadata"]!["generation"]} {d["metadata"]!["annotations"]!["kairship.io/release"]}");
        var pods = list.Where(i => i["kind"]!.ToString() == "Pod" && i["metadata"]!["deletionTimestamp"] is null).Select(p => p["metadata"]!["name"]!.ToString());
        return string.Join('\n', deployments.Order(StringComparer.Ordinal).Concat(pods.Order(StringComparer.Ordinal)));
    }
}
