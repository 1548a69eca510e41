namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>Why a pod stays Pending, in the scheduler's words, and what frees it.</summary>
public abstract class SchedulingCases(ConformanceServer server) : OwnNodeCases(server)
{
    [Fact]
    public async Task Pod_LargerThanAnyNode_IsUnschedulableAndAnEventSaysSo()
    {
        await BigPodAsync("a", "100000", "");
        var pod = await UntilAsync(In("pods/a"), p => Unscheduled(p) is not null);

        // Other cases' nodes come and go, each with a reason of its own, and one reason has a comma in it.
        const string Reason = @"\d+ [^,]+(, that the pod didn't tolerate)?";
        Unscheduled(pod.Json).Should().MatchRegex($@"^False Unschedulable: 0/\d+ nodes are available: ({Reason}, )*\d+ Insufficient cpu(, {Reason})*\.");
        Text(pod.Json, "status", "phase").Should().Be("Pending");
        await UntilAsync(SaysTheSameAsync, same => same, "an event says what the pod's condition says");

        async Task<bool> SaysTheSameAsync()
        {
            var said = Unscheduled((await GetAsync(In("pods/a"))).Json)!["False Unschedulable: ".Length..];
            return (await GetAsync(In("events"))).Items().Any(e =>
                Text(e, "type") == "Warning" && Text(e, "reason") == "FailedScheduling" && Text(e, "involvedObject", "name") == "a" && Text(e, "message") == said);
        }
    }

    [Fact]
    public async Task Pod_ShortOfTwoResources_NamesBoth()
    {
        var nodes = await OnlyOwnNodeAsync();
        await BigPodAsync("a", "5", OnOwn, "1Ti");

        (await UntilAsync(In("pods/a"), p => Unscheduled(p) is not null)).Json.Should().Match<System.Text.Json.Nodes.JsonObject>(p =>
            Unscheduled(p)!.Contains("1 Insufficient cpu, 1 Insufficient memory", StringComparison.Ordinal));
        nodes.Should().NotBeEmpty();
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task Pod_WithASelectorThatNoNodeHas_SaysSo()
    {
        await PodAsync("a", "\"nodeSelector\":{\"no\":\"where\"}");
        var pod = await UntilAsync(In("pods/a"), p => Unscheduled(p) is not null);

        Unscheduled(pod.Json).Should().MatchRegex(Since(1, 21)
            ? @"^False Unschedulable: 0/\d+ nodes are available: .*\d+ node\(s\) didn't match Pod's node affinity/selector"
            : @"^False Unschedulable: 0/\d+ nodes are available: .*\d+ node\(s\) didn't match Pod's node affinity");
    }

    [Fact]
    public async Task Pod_ThatDoesNotBearATaint_SaysWhich()
    {
        await OnlyOwnNodeAsync();
        await PodAsync("a", $$""" "nodeSelector":{"own":"{{Own}}"} """);
        var pod = await UntilAsync(In("pods/a"), p => Unscheduled(p) is not null);

        Unscheduled(pod.Json).Should().Contain(Since(1, 24)
            ? $"1 node(s) had untolerated taint {{{Own}: }}"
            : $"1 node(s) had taint {{{Own}: }}, that the pod didn't tolerate");
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task Pod_BeyondTheNodesNumberOfPods_SaysTooMany()
    {
        await NodeAsync(pods: "1");
        await PodAsync("a", OnOwn);
        await UntilAsync(In("pods/a"), IsReady);
        await PodAsync("b", OnOwn);

        Unscheduled((await UntilAsync(In("pods/b"), p => Unscheduled(p) is not null)).Json).Should().Contain("1 Too many pods");
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task Pod_ThatWaitsForRoom_RunsWhenAnotherGoes()
    {
        await OnlyOwnNodeAsync();
        await BigPodAsync("a", "3", OnOwn);
        await UntilAsync(In("pods/a"), IsReady);
        await BigPodAsync("b", "2", OnOwn);
        Unscheduled((await UntilAsync(In("pods/b"), p => Unscheduled(p) is not null)).Json).Should().Contain("1 Insufficient cpu");
        await DeleteAsync(In("pods/a"));

        var pod = await UntilAsync(In("pods/b"), IsReady);

        Say(pod.Json, "PodScheduled").Should().StartWith("True");
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task Pods_ThatRepelEachOther_DoNotShareANode()
    {
        await OnlyOwnNodeAsync();
        const string Repel = """ "affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"one":"only"}}}]}} """;
        await PodAsync("a", $"{OnOwn},{Repel}", labels: "\"one\":\"only\"");
        await UntilAsync(In("pods/a"), IsReady);
        await PodAsync("b", $"{OnOwn},{Repel}", labels: "\"one\":\"only\"");

        Unscheduled((await UntilAsync(In("pods/b"), p => Unscheduled(p) is not null)).Json).Should().Contain(Since(1, 22)
            ? "1 node(s) didn't match pod anti-affinity rules"
            : "1 node(s) didn't match pod affinity/anti-affinity");
        await NodeAsync();
        await UntilAsync(In("pods/b"), IsReady);
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task Pod_ThatWantsACompanion_WaitsForIt()
    {
        await OnlyOwnNodeAsync();
        await PodAsync("a", OnOwn + """
            ,"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"one":"friend"}}}]}}
            """);
        Unscheduled((await UntilAsync(In("pods/a"), p => Unscheduled(p) is not null)).Json).Should().Contain("1 node(s) didn't match pod affinity rules");
        await PodAsync("b", OnOwn, labels: "\"one\":\"friend\"");

        await UntilAsync(In("pods/a"), IsReady);
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task Pod_OnATakenHostPort_SaysSo()
    {
        await OnlyOwnNodeAsync();
        foreach (var name in (string[])["a", "b"])
        {
            await UntilAsync(
                () => PostAsync(In("pods"), $$"""{"metadata":{"name":"{{name}}"},"spec":{ {{OnOwn}},"containers":[{"name":"main","image":"app:1","ports":[{"containerPort":80,"hostPort":8080}]}]} }"""),
                r => r.Code == 201);
            await UntilAsync(In($"pods/{name}"), p => IsReady(p) || name == "b");
        }

        Unscheduled((await UntilAsync(In("pods/b"), p => Unscheduled(p) is not null)).Json)
            .Should().Contain("1 node(s) didn't have free ports for the requested pod ports");
        await RemoveNodesAsync();
    }

    private async Task<string> OnlyOwnNodeAsync() => await NodeAsync();

    private async Task BigPodAsync(string name, string cpu, string spec, string memory = "1Mi") => await UntilAsync(
        () => PostAsync(In("pods"), $$"""
            {"metadata":{"name":"{{name}}"},"spec":{ {{(spec.Length > 0 ? spec + "," : "")}}"containers":[{"name":"main","image":"app:1","resources":{"requests":{"cpu":"{{cpu}}","memory":"{{memory}}"} } }]} }
            """),
        r => r.Code == 201);
}

public sealed class SimulatedScheduling(SimulatedServer server) : SchedulingCases(server);

public sealed class RealScheduling(RealServer server) : SchedulingCases(server);
