namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>Disruption budgets and the evictions that they guard.</summary>
public abstract class BudgetCases(ConformanceServer server) : WorkloadCases(server)
{
    private const string Refused = "Cannot evict pod as it would violate the pod's disruption budget.";

    // Shares round up; what the controllers want counts, not what there is.
    [Theory]
    [InlineData("\"minAvailable\":2", 2, 3, 1)]
    [InlineData("\"minAvailable\":\"50%\"", 2, 3, 1)]
    [InlineData("\"minAvailable\":\"100%\"", 3, 3, 0)]
    [InlineData("\"maxUnavailable\":1", 2, 3, 1)]
    [InlineData("\"maxUnavailable\":\"30%\"", 2, 3, 1)]
    [InlineData("\"maxUnavailable\":0", 3, 3, 0)]
    public async Task Budget_OverThreePods_CountsWhatMayGo(string spec, int desired, int expected, int allowed)
    {
        await RunAsync(3);
        var budget = await BudgetAsync("web", spec);
        var counted = await UntilAsync(budget, b => Number(b, "status", "currentHealthy") == 3 && Number(b, "status", "observedGeneration") == 1);

        (Number(counted.Json, "status", "desiredHealthy"), Number(counted.Json, "status", "expectedPods"), Number(counted.Json, "status", "disruptionsAllowed"))
            .Should().Be(((long)desired, (long)expected, (long)allowed));
    }

    [Fact]
    public async Task Budget_OverNoPods_AllowsNothing()
    {
        var budget = await BudgetAsync("web", "\"minAvailable\":1");
        var counted = await UntilAsync(budget, b => Number(b, "status", "observedGeneration") == 1);

        Number(counted.Json, "status", "desiredHealthy").Should().Be(1);
        Number(counted.Json, "status", "disruptionsAllowed").Should().Be(0);
        (await EventAsync("PodDisruptionBudget", "web", "NoPods")).Should().Be("Normal No matching pods found");
    }

    [Fact]
    public async Task Eviction_WithinTheBudget_DeletesThePodGracefully()
    {
        var pods = await RunAsync(2);
        var budget = await BudgetAsync("web", "\"maxUnavailable\":1");
        await UntilAsync(budget, b => Number(b, "status", "disruptionsAllowed") == 1);
        using var watch = await WatchAsync(In("pods"), $"resourceVersion={(await GetAsync(In("pods"))).ResourceVersion}");
        var evicted = await EvictAsync(pods[0]);

        evicted.Code.Should().Be(201);
        ((string?)evicted.Json["status"]).Should().Be("Success");
        (await watch.NextAsync(1)).Should().ContainSingle(e => e.Type == "MODIFIED" && e.Name == pods[0] && Number(e.Object, "metadata", "deletionGracePeriodSeconds") == 30);
        await UntilGoneAsync(In($"pods/{pods[0]}"));
        await UntilAsync(budget, b => Number(b, "status", "disruptionsAllowed") == 1, "another took its place");
    }

    [Fact]
    public async Task Eviction_BeyondTheBudget_IsRefusedWithTheCount()
    {
        var pods = await RunAsync(2);
        var budget = await BudgetAsync("web", "\"minAvailable\":2");
        await UntilAsync(budget, b => Number(b, "status", "currentHealthy") == 2);
        var refused = await EvictAsync(pods[0]);

        refused.ShouldBeStatus(429, "TooManyRequests", Refused);
        refused.Causes.Should().Equal("DisruptionBudget : The disruption budget web needs 2 healthy pods and has 2 currently");
        (await GetAsync(In($"pods/{pods[0]}"))).Metadata["deletionTimestamp"].Should().BeNull();
    }

    [Fact]
    public async Task Eviction_OfAPodOfTwoBudgets_IsAnError()
    {
        var pods = await RunAsync(1);
        await BudgetAsync("web", "\"maxUnavailable\":1");
        await BudgetAsync("web2", "\"maxUnavailable\":1");

        await UntilAsync(() => EvictAsync(pods[0]), r => r.Code == 500);

        (await EvictAsync(pods[0])).ShouldBeStatus(500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
    }

    [Fact]
    public async Task Eviction_OfAPodThatHasNotStarted_AsksNoBudget()
    {
        await PodAsync("a", "\"nodeSelector\":{\"no\":\"where\"}", labels: "\"app\":\"web\"");
        var budget = await BudgetAsync("web", "\"minAvailable\":1");
        await UntilAsync(budget, b => Number(b, "status", "observedGeneration") == 1);

        (await EvictAsync("a")).Code.Should().Be(201);
        await UntilGoneAsync(In("pods/a"));
    }

    [Fact]
    public async Task Eviction_OfAMissingPod_IsNotFound() => (await EvictAsync("none")).ShouldBeStatus(404, "NotFound", "pods \"none\" not found");

    [Fact]
    public async Task Eviction_AsADryRun_LeavesThePodAndTheBudget()
    {
        var pods = await RunAsync(1);
        var budget = await BudgetAsync("web", "\"maxUnavailable\":1");
        await UntilAsync(budget, b => Number(b, "status", "disruptionsAllowed") == 1);
        var tried = await EvictAsync(pods[0], ",\"deleteOptions\":{\"dryRun\":[\"All\"]}");

        tried.Code.Should().Be(201);
        (await GetAsync(In($"pods/{pods[0]}"))).Metadata["deletionTimestamp"].Should().BeNull();
        Number((await GetAsync(budget)).Json, "status", "disruptionsAllowed").Should().Be(1);
    }

    private async Task<IReadOnlyList<string>> RunAsync(int replicas)
    {
        await WorkloadAsync("replicasets", "web", $"\"replicas\":{replicas}", Template("web"));
        return [.. (await UntilPodsAsync("web", p => p.Count == replicas && p.All(IsReady))).Select(NameOf)];
    }

    private async Task<string> BudgetAsync(string name, string spec)
    {
        var kind = await KindAsync("PodDisruptionBudget", "policy");
        await CreateAsync(In(kind), $$"""{"metadata":{"name":"{{name}}"},"spec":{ {{spec}},"selector":{"matchLabels":{"app":"web"} } } }""");
        return In(kind, name);
    }

    private Task<Reply> EvictAsync(string pod, string more = "") => PostAsync(
        In($"pods/{pod}/eviction"), $$"""{"apiVersion":"policy/{{(Since(1, 22) ? "v1" : "v1beta1")}}","kind":"Eviction","metadata":{"name":"{{pod}}","namespace":"{{Namespace}}"}{{more}} }""");
}

public sealed class SimulatedBudgets(SimulatedServer server) : BudgetCases(server);

public sealed class RealBudgets(RealServer server) : BudgetCases(server);
