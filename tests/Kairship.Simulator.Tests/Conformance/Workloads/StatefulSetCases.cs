namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>Order, identity and revisions of a StatefulSet's pods.</summary>
public abstract class StatefulSetCases(ConformanceServer server) : WorkloadCases(server)
{
    [Fact]
    public async Task StatefulSet_WhoseFirstPodIsNotReady_StartsNoSecond()
    {
        await SetAsync(2, image: "app:unready");
        var set = await UntilAsync(In("apps/v1", "statefulsets/db"), s => Number(s, "status", "replicas") == 1 && Number(s, "status", "observedGeneration") == 1);
        await UntilPodsAsync("db", p => p.Count == 1 && Text(p[0], "status", "phase") == "Running");

        (await PodsAsync("db")).Select(NameOf).Should().Equal("db-0");
        At(set.Json, "status", "readyReplicas").Should().BeNull();
        Text(set.Json, "status", "currentRevision").Should().Be(Text(set.Json, "status", "updateRevision")).And.MatchRegex("^db-[a-z0-9]+$");
    }

    [Fact]
    public async Task StatefulSet_OfTypeParallel_StartsAllAtOnce()
    {
        await SetAsync(3, ",\"podManagementPolicy\":\"Parallel\"", "app:unready");

        (await UntilPodsAsync("db", p => p.Count == 3)).Select(NameOf).Should().Equal("db-0", "db-1", "db-2");
    }

    [Fact]
    public async Task StatefulSet_Ready_GivesItsPodsNamesThatStay()
    {
        await SetAsync(2);
        var before = await UntilReadyAsync(2);
        var set = await GetAsync(In("apps/v1", "statefulsets/db"));
        before.Select(p => Text(p, "spec", "hostname")).Should().Equal("db-0", "db-1");
        before.Select(p => Label(p, "statefulset.kubernetes.io/pod-name")).Should().Equal("db-0", "db-1");
        before.Should().OnlyContain(p => Text(p, "spec", "subdomain") == "db" && Label(p, "controller-revision-hash") == Text(set.Json, "status", "currentRevision"));
        (await EventAsync("StatefulSet", "db", "SuccessfulCreate")).Should().MatchRegex("^Normal create Pod db-[01] in StatefulSet db successful$");

        await DeleteAsync(In("pods/db-1"));

        var again = await UntilPodsAsync("db", p => p.Count == 2 && p.All(IsReady) && Text(p[1], "metadata", "uid") != Text(before[1], "metadata", "uid"));
        again.Select(NameOf).Should().Equal("db-0", "db-1");
    }

    [Fact]
    public async Task StatefulSet_ScaledDown_RemovesTheHighestFirst()
    {
        await SetAsync(3);
        await UntilReadyAsync(3);
        var pods = await GetAsync(In("pods"));
        using var watch = await WatchAsync(In("pods"), $"resourceVersion={pods.ResourceVersion}");
        await ScaleAsync("statefulsets", "db", 1);

        var gone = new List<string>();
        while (gone.Count < 2)
        {
            var next = (await watch.NextAsync())!;
            if (next.Type == "DELETED")
            {
                gone.Add(next.Name);
            }
        }

        gone.Should().Equal("db-2", "db-1");
        await UntilAsync(In("apps/v1", "statefulsets/db"), s => Number(s, "status", "replicas") == 1 && Number(s, "status", "currentReplicas") == 1);
    }

    [Fact]
    public async Task StatefulSet_WithANewTemplate_UpdatesFromTheHighestAndThenHasOneRevision()
    {
        await SetAsync(2);
        await UntilReadyAsync(2);
        var first = Text((await GetAsync(In("apps/v1", "statefulsets/db"))).Json, "status", "currentRevision");
        var pods = await GetAsync(In("pods"));
        using var watch = await WatchAsync(In("pods"), $"resourceVersion={pods.ResourceVersion}");
        await SetImageAsync("statefulsets", "db", "app:2");

        var set = await UntilAsync(In("apps/v1", "statefulsets/db"), s => Text(s, "status", "currentRevision") is { } c && c != first && Number(s, "status", "readyReplicas") == 2);

        var order = new List<string>();
        while (order.Count < 2)
        {
            var next = (await watch.NextAsync())!;
            if (next.Type == "ADDED")
            {
                order.Add(next.Name);
            }
        }

        order.Should().Equal("db-1", "db-0");
        Text(set.Json, "status", "updateRevision").Should().Be(Text(set.Json, "status", "currentRevision"));
        Number(set.Json, "status", "updatedReplicas").Should().Be(2);
        var revisions = (await GetAsync(In("apps/v1", "controllerrevisions"))).Items();
        revisions.Select(r => (long)r["revision"]!).Should().BeEquivalentTo([1L, 2L]);
        revisions.Should().OnlyContain(r => Text(Owner(r), "name") == "db" && "db-" + Label(r, "controller.kubernetes.io/hash") == NameOf(r) && Label(r, "app") == "db");
        At(revisions[0], "data", "spec", "template", "$patch")!.ToString().Should().Be("replace");
    }

    [Fact]
    public async Task StatefulSet_WithAPartition_UpdatesOnlyAboveIt()
    {
        await SetAsync(2, ",\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"partition\":1}}");
        await UntilReadyAsync(2);
        await SetImageAsync("statefulsets", "db", "app:2");
        await UntilPodsAsync("db", p => p.Count == 2 && p.All(IsReady) && ImageOf(p[1]) == "app:2");
        var set = await UntilAsync(In("apps/v1", "statefulsets/db"), s => Number(s, "status", "updatedReplicas") == 1 && Number(s, "status", "readyReplicas") == 2);
        Number(set.Json, "status", "currentReplicas").Should().Be(1);
        Text(set.Json, "status", "currentRevision").Should().NotBe(Text(set.Json, "status", "updateRevision"));
        await DeleteAsync(In("pods/db-0"));

        var pods = await UntilPodsAsync("db", p => p.Count == 2 && p.All(IsReady));

        pods.Select(ImageOf).Should().Equal("app:1", "app:2");
    }

    [Fact]
    public async Task StatefulSet_OfTypeOnDelete_UpdatesAPodWhenItIsDeleted()
    {
        await SetAsync(2, ",\"updateStrategy\":{\"type\":\"OnDelete\"}");
        await UntilReadyAsync(2);
        await SetImageAsync("statefulsets", "db", "app:2");
        await UntilAsync(In("apps/v1", "statefulsets/db"), s => Number(s, "status", "observedGeneration") == 2);
        (await PodsAsync("db")).Select(ImageOf).Should().Equal("app:1", "app:1");
        await DeleteAsync(In("pods/db-0"));

        (await UntilPodsAsync("db", p => p.Count == 2 && p.All(IsReady) && ImageOf(p[0]) == "app:2")).Select(ImageOf).Should().Equal("app:2", "app:1");
    }

    [Fact]
    public async Task StatefulSet_UpdatedToPodsThatNeverGetReady_StaysThereAfterTheTemplateIsMended()
    {
        await SetAsync(1);
        await UntilReadyAsync(1);
        await SetImageAsync("statefulsets", "db", "app:unready");
        await UntilPodsAsync("db", p => p.Count == 1 && ImageOf(p[0]) == "app:unready" && Text(p[0], "status", "phase") == "Running");
        await SetImageAsync("statefulsets", "db", "app:3");
        await UntilAsync(In("apps/v1", "statefulsets/db"), s => Number(s, "status", "observedGeneration") == 3);
        (await PodsAsync("db")).Select(ImageOf).Should().Equal("app:unready");

        await DeleteAsync(In("pods/db-0"));

        (await UntilReadyAsync(1)).Select(ImageOf).Should().Equal("app:3");
    }

    [Fact]
    public async Task StatefulSet_WithClaimTemplates_MakesClaimsThatOutliveIt()
    {
        await SetAsync(1, """
            ,"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }]
            """);
        var claim = await UntilAsync(In("persistentvolumeclaims/data-db-0"), _ => true);
        Label(claim.Json, "app").Should().Be("db");
        claim.Metadata["ownerReferences"].Should().BeNull();
        var pod = await UntilAsync(In("pods/db-0"), _ => true);
        At(pod.Json, "spec", "volumes")!.AsArray().Select(v => Text(v, "persistentVolumeClaim", "claimName")).Should().Contain("data-db-0");
        await UntilAsync(In("persistentvolumeclaims/data-db-0"), c => At(c, "metadata", "finalizers")?.AsArray().Any(f => (string?)f == "kubernetes.io/pvc-protection") == true);

        await DeleteAsync(In("apps/v1", "statefulsets/db?propagationPolicy=Background"));
        await UntilGoneAsync(In("pods/db-0"));

        (await GetAsync(In("persistentvolumeclaims/data-db-0"))).Metadata["deletionTimestamp"].Should().BeNull();
    }

    private Task<Reply> SetAsync(int replicas, string spec = "", string image = "app:1") =>
        WorkloadAsync("statefulsets", "db", $"\"replicas\":{replicas},\"serviceName\":\"db\"{spec}", Template("db", image));

    private Task<IReadOnlyList<System.Text.Json.Nodes.JsonObject>> UntilReadyAsync(int count) => UntilPodsAsync("db", p => p.Count == count && p.All(IsReady));
}

public sealed class SimulatedStatefulSets(SimulatedServer server) : StatefulSetCases(server);

public sealed class RealStatefulSets(RealServer server) : StatefulSetCases(server);
