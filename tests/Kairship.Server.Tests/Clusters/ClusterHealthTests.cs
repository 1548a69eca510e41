using Kairship.Api.Clusters;
using Kairship.Api.Workflows;
using Kairship.Fleet.Health;
using Kairship.Server.Triggers.Health;
using Kairship.Simulator;
using Kairship.Testing.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Clusters;

/// <summary>A cluster falls silent and comes back: what the API says, and which workflows start.</summary>
public sealed class ClusterHealthTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly HealthOptions Quick = new()
    {
        Interval = TimeSpan.FromMilliseconds(150), FailureThreshold = TimeSpan.FromMilliseconds(400), SuccessThreshold = TimeSpan.FromMilliseconds(300),
        LookTimeout = TimeSpan.FromMilliseconds(600), AskAgain = TimeSpan.FromMilliseconds(200), Recheck = TimeSpan.FromMilliseconds(50),
    };

    private readonly RunningServer server = new() { Health = Quick };
    private SimulatedCluster east = null!;

    public async ValueTask InitializeAsync() => east = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east" });

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await east.DisposeAsync();
    }

    [Fact]
    public async Task Outage_StartsAWorkflowOnce_AndTheRecoveryAnother()
    {
        await server.InitializeAsync();
        await WorkflowsAsync(server);
        await JoinAsync(server);
        await ReadyAsync(server, "True");

        east.Faults.Unreachable = true;
        await ReadyAsync(server, "Unknown");
        await StartedAsync(server, "on-outage", 1);
        east.Faults.Heal();
        await ReadyAsync(server, "True");
        await StartedAsync(server, "on-any", 2);
        await StartedAsync(server, "on-outage", 1);
        await StartedAsync(server, "on-other", 0);

        var changes = await server.Admin.ListClusterTransitionsAsync("east");
        changes.Select(c => (c.From, c.To)).Should().Equal(("Unknown", "True"), ("True", "Unknown"), (null, "True"));
        changes[1].Reason.Should().Be("Unreachable");
        var instance = (await server.Admin.ListInstancesAsync("on-outage")).Items.Single();
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(instance.Id)).Instance.Status == "Finished", "it ran");
    }

    [Fact]
    public async Task Blip_ShorterThanTheThreshold_IsNoChange()
    {
        server.Health = Quick with { FailureThreshold = TimeSpan.FromMinutes(1) };
        await server.InitializeAsync();
        await WorkflowsAsync(server);
        await JoinAsync(server);
        for (var i = 0; i < 3; i++)
        {
            east.Faults.Unreachable = true;
            await Eventually.HoldsAsync(async () => (await ConditionAsync(server))?.Observed is not null, "a bad look");
            east.Faults.Heal();
            await Eventually.HoldsAsync(async () => (await ConditionAsync(server))?.Observed is null, "a good look");
        }

        (await server.Admin.ListClusterTransitionsAsync("east")).Should().ContainSingle();
        await StartedAsync(server, "on-any", 0);
    }

    [Fact]
    public async Task Restart_KeepsWhatWasKnown()
    {
        // Longer than a restart takes.
        server.Health = Quick with { FailureThreshold = TimeSpan.FromSeconds(6) };
        await server.InitializeAsync();
        await JoinAsync(server);
        await Eventually.HoldsAsync(async () => (await ConditionAsync(server))?.Capacity is not null, "the nodes were counted");
        var before = (await ConditionAsync(server))!;
        east.Faults.Frozen = true;
        await server.StopAsync();
        await server.StartAsync();

        (await ConditionAsync(server)).Should().Match<ClusterConditionInfo>(c => c.Ready == "True" && c.Since == before.Since && c.Nodes == 3);
        await ReadyAsync(server, "Unknown");
        (await server.Admin.ListClusterTransitionsAsync("east")).Should().HaveCount(2);
    }

    [Fact]
    public async Task Change_CommittedByANodeThatDied_IsAnnouncedLater_AndOnce()
    {
        await server.InitializeAsync();
        await WorkflowsAsync(server);
        var store = server.Services.GetRequiredService<IClusterHealthStore>();
        var report = new ClusterReport("gone", [], null, null, null, DateTimeOffset.UnixEpoch, 1, null);

        // As a node leaves it that dies between the commit and the announcement.
        await store.CommitAsync(new ClusterTransition("gone", 1, ConditionStatus.True, ConditionStatus.Unknown, "Timeout", "", DateTimeOffset.UnixEpoch), report, isAnnounced: false, default);
        await StartedAsync(server, "on-any", 1);
        await Eventually.HoldsAsync(async () => (await store.UnannouncedAsync(default)).Count == 0, "it is announced");

        // And one that dies after the announcement, before it is marked: the same again, twice at once.
        await store.CommitAsync(new ClusterTransition("gone", 2, ConditionStatus.Unknown, ConditionStatus.True, "Ready", "", DateTimeOffset.UnixEpoch), report with { Transition = 2 }, isAnnounced: false, default);
        var announcer = server.Services.GetRequiredService<HealthAnnouncer>();
        await Task.WhenAll(announcer.AnnounceAsync(default), announcer.AnnounceAsync(default), announcer.AnnounceAsync(default));
        await StartedAsync(server, "on-any", 2);
    }

    [Fact]
    public async Task Wait_ForOneState_IsNotEndedByAnother()
    {
        await server.InitializeAsync();
        await server.Admin.PushWorkflowAsync(SampleWorkflows.Flowchart("waits", Activity("wait", starts: false, "east", null, "True")));
        await JoinAsync(server);
        var run = (await server.Admin.RunWorkflowAsync("waits", new RunWorkflowRequest())).Id;
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(run)).Instance.Status == "Suspended", "it waits");
        east.Faults.Unreachable = true;
        await ReadyAsync(server, "Unknown");
        (await server.Admin.GetInstanceAsync(run)).Instance.Status.Should().NotBe("Finished");
        east.Faults.Heal();
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(run)).Instance.Status == "Finished", "it went on");
    }

    [Fact]
    public async Task TwoNodes_OneLooks_AndEachChangeStartsOnce()
    {
        server.Database = await postgres.CreateDatabaseAsync();
        await server.InitializeAsync();
        await using var second = new RunningServer { Health = Quick, Database = server.Database, Companion = server };
        await second.InitializeAsync();
        await WorkflowsAsync(server);
        await JoinAsync(server);
        await ReadyAsync(second, "True");

        east.Faults.Unreachable = true;
        await ReadyAsync(second, "Unknown");
        east.Faults.Heal();
        await ReadyAsync(second, "True");
        await StartedAsync(second, "on-any", 2);
        await server.StopAsync();

        // The other node takes it up.
        east.Faults.Unreachable = true;
        await ReadyAsync(second, "Unknown");
        await StartedAsync(second, "on-any", 3);
        await StartedAsync(second, "on-outage", 2);
    }

    private static async Task WorkflowsAsync(RunningServer at)
    {
        await at.Admin.PushWorkflowAsync(SampleWorkflows.Flowchart("on-outage", Activity("changed", starts: true, "east", "tier=prod", "NotTrue")));
        await at.Admin.PushWorkflowAsync(SampleWorkflows.Flowchart("on-any", Activity("changed", starts: true, null, null, "Any")));
        await at.Admin.PushWorkflowAsync(SampleWorkflows.Flowchart("on-other", Activity("changed", starts: true, null, "tier=test", "Any")));
    }

    private Task JoinAsync(RunningServer at) =>
        at.Admin.JoinClusterAsync(new JoinClusterRequest("east", east.Kubeconfig, Labels: new Dictionary<string, string> { ["tier"] = "prod" }));

    private static async Task<ClusterConditionInfo?> ConditionAsync(RunningServer at) => (await at.Admin.GetClusterAsync("east")).Condition;

    private static Task ReadyAsync(RunningServer at, string status) =>
        Eventually.HoldsAsync(async () => (await ConditionAsync(at))?.Ready == status, $"east is ready: {status}", async () => (await ConditionAsync(at))?.ToString() ?? "");

    private static async Task StartedAsync(RunningServer at, string definition, int times)
    {
        await Eventually.HoldsAsync(async () => (await at.Admin.ListInstancesAsync(definition)).Items.Count >= times, $"{definition} started {times} times");
        (await at.Admin.ListInstancesAsync(definition)).Items.Should().HaveCount(times);
    }

    private static string Activity(string id, bool starts, string? cluster, string? selector, string to)
    {
        static string Text(string name, string? value) =>
            value is null ? "" : $$$""", "{{{name}}}": {"typeName": "String", "expression": {"type": "Literal", "value": "{{{value}}}"}}""";
        return $$$"""{"id": "{{{id}}}", "type": "Kairship.ClusterHealthChanged", "customProperties": {"canStartWorkflow": {{{(starts ? "true" : "false")}}}}"""
            + Text("cluster", cluster) + Text("selector", selector) + Text("to", to) + "}";
    }
}
