namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>Which pods a ReplicaSet has, takes and gives away.</summary>
public abstract class ReplicaSetCases(ConformanceServer server) : WorkloadCases(server)
{
    [Fact]
    public async Task ReplicaSet_WhosePodIsDeleted_MakesAnother()
    {
        await SetAsync(2);
        var pods = await UntilReadyAsync(2);
        await DeleteAsync(In($"pods/{NameOf(pods[0])}"));

        await UntilPodsAsync("rs", p => p.Count == 2 && p.All(IsReady) && p.All(x => NameOf(x) != NameOf(pods[0])));

        (await EventAsync("ReplicaSet", "rs", "SuccessfulCreate")).Should().MatchRegex("^Normal Created pod: rs-[a-z0-9]{5}$");
        var set = await UntilAsync(In("apps/v1", "replicasets/rs"), s => Number(s, "status", "availableReplicas") == 2);
        Number(set.Json, "status", "fullyLabeledReplicas").Should().Be(2);
        Number(set.Json, "status", "observedGeneration").Should().Be(1);
    }

    [Fact]
    public async Task ReplicaSet_Shrinking_TakesUnreadyPodsFirst()
    {
        await SetAsync(2);
        await UntilReadyAsync(2);
        await SetImageAsync("replicasets", "rs", "app:unready");
        await ScaleAsync("replicasets", "rs", 3);
        await UntilPodsAsync("rs", p => p.Count == 3 && p.Any(x => Text(x, "status", "phase") == "Running" && !IsReady(x)));
        await UntilAsync(In("apps/v1", "replicasets/rs"), s => Number(s, "status", "replicas") == 3);
        await ScaleAsync("replicasets", "rs", 2);

        var left = await UntilPodsAsync("rs", p => p.Count == 2);

        left.Should().OnlyContain(p => ImageOf(p) == "app:1");
        (await EventAsync("ReplicaSet", "rs", "SuccessfulDelete")).Should().MatchRegex("^Normal Deleted pod: rs-[a-z0-9]{5}$");
    }

    [Fact]
    public async Task ReplicaSet_Shrinking_TakesPodsWithoutANodeFirst()
    {
        await SetAsync(1);
        await UntilReadyAsync(1);
        await ChangeAsync(In("apps/v1", "replicasets/rs"), """{"spec":{"replicas":2,"template":{"spec":{"nodeSelector":{"no":"where"}}}}}""");
        await UntilPodsAsync("rs", p => p.Count == 2 && p.Any(x => Say(x, "PodScheduled")?.StartsWith("False", StringComparison.Ordinal) == true));
        await UntilAsync(In("apps/v1", "replicasets/rs"), s => Number(s, "status", "replicas") == 2);
        await ScaleAsync("replicasets", "rs", 1);

        (await UntilPodsAsync("rs", p => p.Count == 1))[0]["spec"]!["nodeSelector"].Should().BeNull();
    }

    [Fact]
    public async Task ReplicaSet_WhosePodIsRelabelled_LetsItGoReplacesItAndTakesItBack()
    {
        await SetAsync(1);
        var pod = NameOf((await UntilReadyAsync(1))[0]);
        await ChangeAsync(In($"pods/{pod}"), """{"metadata":{"labels":{"app":"quarantine"}}}""");
        var released = await UntilAsync(In($"pods/{pod}"), p => Owner(p) is null, "the pod matches no more");
        var other = (await UntilReadyAsync(1))[0];
        released.Name.Should().NotBe(NameOf(other));
        await ChangeAsync(In($"pods/{pod}"), """{"metadata":{"labels":{"app":"rs"}}}""");

        (await UntilPodsAsync("rs", p => p.Count == 1 && Owner(p[0]) is not null)).Should().ContainSingle("there is one too many");
    }

    [Fact]
    public async Task ReplicaSet_CreatedWhereAPodMatches_AdoptsIt()
    {
        await PodAsync("bare", labels: "\"app\":\"rs\"");
        var set = await SetAsync(2);

        var pods = await UntilReadyAsync(2);

        pods.Select(NameOf).Should().Contain("bare");
        pods.Should().OnlyContain(p => Text(Owner(p), "uid") == set.Uid);
    }

    [Fact]
    public async Task ReplicaSet_DeletedWithOrphans_LeavesItsPodsWithoutAnOwner()
    {
        await SetAsync(1);
        var pod = NameOf((await UntilReadyAsync(1))[0]);
        await DeleteAsync(In("apps/v1", "replicasets/rs"), """{"propagationPolicy":"Orphan"}""");
        await UntilGoneAsync(In("apps/v1", "replicasets/rs"));

        var left = await UntilAsync(In($"pods/{pod}"), p => Owner(p) is null);

        left.Metadata["deletionTimestamp"].Should().BeNull();
    }

    private Task<Reply> SetAsync(int replicas) => WorkloadAsync("replicasets", "rs", $"\"replicas\":{replicas}", Template("rs"));

    private Task<IReadOnlyList<System.Text.Json.Nodes.JsonObject>> UntilReadyAsync(int count) => UntilPodsAsync("rs", p => p.Count == count && p.All(IsReady));
}

public sealed class SimulatedReplicaSets(SimulatedServer server) : ReplicaSetCases(server);

public sealed class RealReplicaSets(RealServer server) : ReplicaSetCases(server);
