using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>What a Deployment shows of itself and of its replica sets.</summary>
public abstract class DeploymentCases(ConformanceServer server) : WorkloadCases(server)
{
    [Fact]
    public async Task Deployment_Created_RunsPodsOfOneReplicaSetNamedByTheTemplate()
    {
        await DeploymentAsync("web", 3, annotations: "\"kubernetes.io/change-cause\":\"first\"");
        var web = await UntilRolledOutAsync("web");
        var set = (await ReplicaSetsAsync("web")).Should().ContainSingle().Which;
        var hash = Label(set, "pod-template-hash")!;

        hash.Should().MatchRegex("^[bcdfghjklmnpqrstvwxz2456789]{1,10}$");
        NameOf(set).Should().Be("web-" + hash);
        Text(set, "spec", "selector", "matchLabels", "pod-template-hash").Should().Be(hash);
        Owner(set)!.ToJsonString().Should().Contain("\"name\":\"web\"").And.Contain($"\"uid\":\"{web.Uid}\"").And.Contain("\"blockOwnerDeletion\":true");
        Annotation(set, "deployment.kubernetes.io/revision").Should().Be("1");
        Annotation(set, "deployment.kubernetes.io/desired-replicas").Should().Be("3");
        Annotation(set, "deployment.kubernetes.io/max-replicas").Should().Be("4");
        Annotation(set, "kubernetes.io/change-cause").Should().Be("first");
        Annotation(web.Json, "deployment.kubernetes.io/revision").Should().Be("1");
        (await PodsAsync("web")).Should().HaveCount(3).And.OnlyContain(p =>
            Label(p, "pod-template-hash") == hash && NameOf(p).StartsWith(NameOf(set) + "-", StringComparison.Ordinal) && Text(Owner(p), "name") == NameOf(set));
    }

    [Fact]
    public async Task Deployment_RolledOut_SaysSoInItsConditions()
    {
        await DeploymentAsync("web", 2);
        var web = await UntilRolledOutAsync("web");
        var set = (await ReplicaSetsAsync("web"))[0];

        Say(web.Json, "Available").Should().Be("True MinimumReplicasAvailable: Deployment has minimum availability.");
        Say(web.Json, "Progressing").Should().Be($"True NewReplicaSetAvailable: ReplicaSet \"{NameOf(set)}\" has successfully progressed.");
        var status = web.Json["status"]!.AsObject();
        status.Select(s => s.Key).Where(k => k is not ("conditions" or "terminatingReplicas")).Should()
            .BeEquivalentTo("observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas");
        Number(status, "observedGeneration").Should().Be(1);
    }

    [Fact]
    public async Task Deployment_OfUnreadyPods_IsNotAvailableAndProgresses()
    {
        await DeploymentAsync("web", 2, image: "app:unready");
        var web = await UntilAsync(In("apps/v1", "deployments/web"), d => Say(d, "Progressing")?.Contains("ReplicaSetUpdated", StringComparison.Ordinal) == true);

        Say(web.Json, "Available").Should().Be("False MinimumReplicasUnavailable: Deployment does not have minimum availability.");
        Say(web.Json, "Progressing").Should().MatchRegex("^True ReplicaSetUpdated: ReplicaSet \"web-[a-z0-9]+\" is progressing\\.$");
        Number(web.Json, "status", "unavailableReplicas").Should().Be(2);
        At(web.Json, "status", "readyReplicas").Should().BeNull("counts of zero are left out");
    }

    [Fact]
    public async Task Deployment_PastItsDeadline_SaysItTimedOutAndKeepsTheOldPods()
    {
        await DeploymentAsync("web", 3, "\"progressDeadlineSeconds\":2");
        await UntilRolledOutAsync("web");
        await SetImageAsync("deployments", "web", "app:bad-pull");

        var web = await UntilAsync(In("apps/v1", "deployments/web"), d => Say(d, "Progressing")!.StartsWith("False", StringComparison.Ordinal));

        var set = (await ReplicaSetsAsync("web"))[1];
        Say(web.Json, "Progressing").Should().Be($"False ProgressDeadlineExceeded: ReplicaSet \"{NameOf(set)}\" has timed out progressing.");
        Say(web.Json, "Available").Should().StartWith("True");
        Number(web.Json, "status", "availableReplicas").Should().Be(3);
    }

    [Fact]
    public async Task Deployment_SetBackToItsFirstTemplate_ReusesThatReplicaSetAsRevision3()
    {
        await DeploymentAsync("web", 2, "\"progressDeadlineSeconds\":2");
        await UntilRolledOutAsync("web");
        var first = (await ReplicaSetsAsync("web"))[0];
        await SetImageAsync("deployments", "web", "app:unready");
        await UntilPodsAsync("web", p => p.Any(x => ImageOf(x) == "app:unready"));
        await SetImageAsync("deployments", "web", "app:1");
        var web = await UntilRolledOutAsync("web");

        var sets = await ReplicaSetsAsync("web");
        sets.Should().HaveCount(2);
        Text(sets[1], "metadata", "uid").Should().Be(Text(first, "metadata", "uid"));
        Annotation(sets[1], "deployment.kubernetes.io/revision").Should().Be("3");
        Annotation(sets[1], "deployment.kubernetes.io/revision-history").Should().Be("1");
        Annotation(web.Json, "deployment.kubernetes.io/revision").Should().Be("3");
        Number(sets[0], "spec", "replicas").Should().Be(0);
    }

    [Fact]
    public async Task Deployment_Paused_ScalesButDoesNotRollOutUntilResumed()
    {
        await DeploymentAsync("web", 1);
        await UntilRolledOutAsync("web");
        await ChangeAsync(In("apps/v1", "deployments/web"), """{"spec":{"paused":true}}""");
        await SetImageAsync("deployments", "web", "app:2");
        await ScaleAsync("deployments", "web", 3);

        var web = await UntilAsync(In("apps/v1", "deployments/web"), d => Number(d, "status", "availableReplicas") == 3 && Number(d, "status", "observedGeneration") == 4);
        Say(web.Json, "Progressing").Should().Be("Unknown DeploymentPaused: Deployment is paused");
        At(web.Json, "status", "updatedReplicas").Should().BeNull("no replica set has the new template");
        (await PodsAsync("web")).Should().OnlyContain(p => ImageOf(p) == "app:1");
        await ChangeAsync(In("apps/v1", "deployments/web"), """{"spec":{"paused":null}}""");
        await UntilRolledOutAsync("web");

        (await PodsAsync("web")).Should().HaveCount(3).And.OnlyContain(p => ImageOf(p) == "app:2");
    }

    [Fact]
    public async Task Deployment_OfManyRevisions_KeepsItsLimitOfOldReplicaSets()
    {
        await DeploymentAsync("web", 1, "\"revisionHistoryLimit\":1");
        for (var i = 2; i <= 4; i++)
        {
            await UntilRolledOutAsync("web");
            await SetImageAsync("deployments", "web", $"app:{i}");
        }

        await UntilRolledOutAsync("web");

        var sets = await UntilAsync(() => ReplicaSetsAsync("web"), s => s.Count == 2);
        // Older servers take the oldest in time, which in one second may be either.
        sets.Select(s => Annotation(s, "deployment.kubernetes.io/revision")).Should().Equal(Since(1, 25) ? "3" : Annotation(sets[0], "deployment.kubernetes.io/revision"), "4");
    }

    [Fact]
    public async Task Deployment_WithoutDeadline_HasNoProgressingCondition()
    {
        await DeploymentAsync("web", 1, $"\"progressDeadlineSeconds\":{int.MaxValue}");
        var web = await UntilRolledOutAsync("web");

        At(web.Json, "status", "conditions")!.AsArray().Select(c => (string)c!["type"]!).Should().Equal("Available");
    }

    [Fact]
    public async Task Deployment_WithMinReadySeconds_IsReadyBeforeItIsAvailable()
    {
        await DeploymentAsync("web", 1, "\"minReadySeconds\":3");
        var ready = await UntilAsync(In("apps/v1", "deployments/web"), d => Number(d, "status", "readyReplicas") == 1);

        At(ready.Json, "status", "availableReplicas").Should().BeNull();
        Number(ready.Json, "status", "unavailableReplicas").Should().Be(1);
        await UntilAsync(In("apps/v1", "deployments/web"), d => Number(d, "status", "availableReplicas") == 1);
    }

    [Fact]
    public async Task Deployment_ScaledByItsSubresource_RunsThatManyAndTellsAnEvent()
    {
        await DeploymentAsync("web", 1);
        await UntilRolledOutAsync("web");
        var scaled = await PatchAsync(In("apps/v1", "deployments/web/scale"), """{"spec":{"replicas":2}}""");
        await UntilRolledOutAsync("web");
        var set = NameOf((await ReplicaSetsAsync("web"))[0]);

        Number(scaled.Json, "spec", "replicas").Should().Be(2);
        (await GetAsync(In("apps/v1", "deployments/web"))).Generation.Should().Be(2);
        await UntilAsync(
            async () => (await GetAsync(In("events"))).Items().Select(e => $"{Text(e, "reason")}: {Text(e, "message")}").ToList(),
            e => e.Contains(Since(1, 31)
                ? $"ScalingReplicaSet: Scaled up replica set {set} from 1 to 2"
                : $"ScalingReplicaSet: Scaled up replica set {set} to 2"));
        var scale = await GetAsync(In("apps/v1", "deployments/web/scale"));
        Text(scale.Json, "status", "selector").Should().Be("app=web");
        Number(scale.Json, "status", "replicas").Should().Be(2);
    }

    [Fact]
    public async Task Deployment_MadeAgainOverAnOrphanedReplicaSet_AdoptsIt()
    {
        await DeploymentAsync("web", 1);
        await UntilRolledOutAsync("web");
        var before = (await ReplicaSetsAsync("web"))[0];
        await DeleteAsync(In("apps/v1", "deployments/web?propagationPolicy=Orphan"));
        await UntilGoneAsync(In("apps/v1", "deployments/web"));
        var orphan = await UntilAsync(In("apps/v1", $"replicasets/{NameOf(before)}"), s => Owner(s) is null);
        var made = await DeploymentAsync("web", 1);

        var adopted = await UntilAsync(In("apps/v1", $"replicasets/{NameOf(before)}"), s => Owner(s) is not null);
        await UntilRolledOutAsync("web");

        adopted.Uid.Should().Be(orphan.Uid);
        Text(Owner(adopted.Json), "uid").Should().Be(made.Uid);
        (await ReplicaSetsAsync("web")).Should().ContainSingle();
        (await PodsAsync("web")).Should().ContainSingle();
    }

    [Fact]
    public async Task Deployment_DeletedInTheBackground_GoesAtOnceAndItsPodsFollow()
    {
        await DeploymentAsync("web", 2);
        await UntilRolledOutAsync("web");
        var deleted = await DeleteAsync(In("apps/v1", "deployments/web?propagationPolicy=Background"));

        deleted.Code.Should().Be(200);
        (await GetAsync(In("apps/v1", "deployments/web"))).Code.Should().Be(404);
        await UntilAsync(async () => (await ReplicaSetsAsync("web")).Count + (await GetAsync(In("pods"))).Items().Count, left => left == 0);
    }
}

public sealed class SimulatedDeployments(SimulatedServer server) : DeploymentCases(server);

public sealed class RealDeployments(RealServer server) : DeploymentCases(server);
