using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kairship.Server.Elsa.Live;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Live;

public sealed class WorkflowInstanceHubTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string Gated = Def.Workflow(
        "hub-gated",
        Def.Flowchart("flow", [Def.WriteLine("say"), Def.Event("gate", "open"), Def.Sequence("rest", Def.WriteLine("one"), Def.WriteLine("two"))], "say -> gate", "gate -> rest"));

    public static TheoryData<HttpTransportType> Transports => [HttpTransportType.WebSockets, HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Watching_ARunToItsEnd_LightsUpNodeByNode(HttpTransportType transport)
    {
        await using var ear = await StudioEar.ConnectAsync(server, server.AdminToken, transport);
        var id = await StartAsync(Gated, "hub-gated");
        await ear.ObserveAsync(id);

        await UntilAsync(() => ear.Of("Workflow1:flow:gate") == (1, 0, true, false), "the gate is blocked");
        ear.Of("Workflow1:flow:say").Should().Be((1, 1, false, false));
        ear.Of("Workflow1:flow").Should().Be((1, 0, false, false));
        await UntilAsync(() => ear.Messages.Any(m => m.Method == "WorkflowExecutionLogUpdatedAsync"), "the journal is told");

        ear.Messages.Clear();
        await OpenAsync(id);

        await UntilAsync(() => ear.Of("Workflow1").Completed == 1, "the workflow ends");
        ear.Of("Workflow1:flow:gate").Should().Be((1, 1, false, false));
        ear.Of("Workflow1:flow:rest:two").Should().Be((1, 1, false, false));
        await UntilAsync(() => ear.Messages.Any(m => m.Method == "WorkflowInstanceUpdatedAsync" && m.Argument.GetProperty("workflowInstanceId").GetString() == id), "the instance is told");
        await SameAsReportAsync(ear, id);
    }

    [Fact]
    public async Task Fault_IsTold_AndItsRetry()
    {
        var id = await StartAsync(Def.Workflow("hub-faulty", Def.Sequence("seq", Def.SetVariable("set", "n", "variables.ok ? 1 : missing.thing"), Def.WriteLine("end")), ("n", "Int32", "0"), ("ok", "Boolean", "false")), "hub-faulty");
        await using var ear = await StudioEar.ConnectAsync(server, server.AdminToken);
        await ear.ObserveAsync(id);
        await UntilAsync(() => ear.Of("Workflow1:seq:set") == (1, 0, false, true), "the fault is told");
        ear.Stats["Workflow1:seq"].GetProperty("aggregateFaultCount").GetInt32().Should().Be(1);
        ear.Stats["Workflow1"].GetProperty("aggregateFaultCount").GetInt32().Should().Be(1);

        await server.Admin.SetVariableAsync(id, "ok", new Kairship.Api.Workflows.SetVariableRequest(JsonSerializer.SerializeToElement(true)));
        using var http = server.Http(server.AdminToken);
        var retried = await http.PostAsJsonAsync("/elsa/api/alterations/workflows/retry", new { workflowInstanceIds = new[] { id }, activityIds = new[] { "set" } });

        retried.StatusCode.Should().Be(HttpStatusCode.OK);
        var result = (await retried.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[0];
        result.GetProperty("isSuccessful").GetBoolean().Should().BeTrue();
        await UntilAsync(() => ear.Of("Workflow1").Completed == 1, "it goes on to its end");
        ear.Of("Workflow1:seq:set").Should().Be((1, 1, false, false));
        ear.Stats["Workflow1:seq"].GetProperty("aggregateFaultCount").GetInt32().Should().Be(0);
        (await server.Admin.ListAuditAsync()).Items.Should().Contain(l => l.Action == "instance.retry" && l.Subject == id && l.Detail == "set");
    }

    [Fact]
    public async Task ObservingAgain_TellsEverythingOnceMore()
    {
        var id = await StartAsync(Gated, "hub-gated");
        await using var ear = await StudioEar.ConnectAsync(server, server.AdminToken);
        await ear.AskToObserveAsync(id);
        await UntilAsync(() => ear.Of("Workflow1:flow:gate").Blocked, "the gate is blocked");

        ear.Stats.Clear();
        await ear.AskToObserveAsync(id);

        await UntilAsync(() => ear.Of("Workflow1:flow:gate").Blocked && ear.Stats.Count == 4, "all of it comes again");
    }

    [Fact]
    public async Task NoKey_IsRefused_AndATokenInTheAddressCountsHereOnly()
    {
        using var nobody = server.Http(null);
        (await nobody.PostAsync($"/elsa/hubs/workflow-instance/negotiate?negotiateVersion=1", null)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await nobody.PostAsync($"/elsa/hubs/workflow-instance/negotiate?negotiateVersion=1&access_token=ks_00_wrong", null)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await nobody.GetAsync($"/elsa/api/activity-executions/list?WorkflowInstanceId=x&access_token={server.AdminToken}")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await nobody.GetAsync($"/api/v1/whoami?access_token={server.AdminToken}")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        var negotiated = await nobody.PostAsync($"/elsa/hubs/workflow-instance/negotiate?negotiateVersion=1&access_token={server.AdminToken}", null);

        negotiated.StatusCode.Should().Be(HttpStatusCode.OK);
        await ((Func<Task>)(async () => await StudioEar.ConnectAsync(server, "ks_00_wrong"))).Should().ThrowAsync<HttpRequestException>();
        var logs = Directory.EnumerateFiles(Path.Combine(server.Data, "logs")).Select(ReadShared);
        logs.Should().NotContain(l => l.Contains(server.AdminToken, StringComparison.Ordinal));
    }

    [Fact]
    public async Task UnknownInstances_AreRefused_AndTenThousandCallsEndTheConnection()
    {
        await using var ear = await StudioEar.ConnectAsync(server, server.AdminToken);
        var asking = () => ear.AskToObserveAsync("nobody");
        (await asking.Should().ThrowAsync<HubException>()).WithMessage("*no such workflow instance*");
        var watched = Watch.Watched;

        try
        {
            for (var i = 0; i < 10_000; i++)
            {
                await ear.ObserveAsync($"unknown-{i}");
            }
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException or IOException)
        {
            // The server has hung up.
        }

        await UntilAsync(() => !ear.IsOpen, "the server hangs up");
        Watch.Watched.Should().BeLessThanOrEqualTo(watched);
    }

    [Fact]
    public async Task OneConnection_WatchesOnlySoMany_AndWhatItWatchedIsForgottenWithIt()
    {
        var ids = new List<string>();
        await server.Admin.PushWorkflowAsync(Gated);
        for (var i = 0; i <= 16; i++)
        {
            ids.Add(await StartAsync("hub-gated"));
        }

        var before = Watch.Watched;
        await using (var ear = await StudioEar.ConnectAsync(server, server.AdminToken))
        {
            foreach (var id in ids[..16])
            {
                await ear.AskToObserveAsync(id);
                await ear.AskToObserveAsync(id);
            }

            var oneMore = () => ear.AskToObserveAsync(ids[16]);
            (await oneMore.Should().ThrowAsync<HubException>()).WithMessage("*at most 16*");
            Watch.Watched.Should().Be(before + 16);
        }

        await UntilAsync(() => Watch.Watched == before, "nobody watches them any more");
    }

    [Fact]
    public async Task OneCaller_HasOnlySoManyConnections_AndOthersStillGetIn()
    {
        var token = await server.KeyAsync("hub-greedy", "viewer");
        var ears = new List<StudioEar>();
        for (var i = 0; i < 100; i++)
        {
            ears.Add(await StudioEar.ConnectAsync(server, token, HttpTransportType.WebSockets, skipNegotiation: true));
        }

        await using var oneMore = await StudioEar.ConnectAsync(server, token, HttpTransportType.WebSockets, skipNegotiation: true);
        await UntilAsync(() => !oneMore.IsOpen, "the server hangs up on the one too many");
        await using var other = await StudioEar.ConnectAsync(server, server.AdminToken);
        other.IsOpen.Should().BeTrue();
        ears.Should().OnlyContain(e => e.IsOpen);
        foreach (var ear in ears)
        {
            await ear.DisposeAsync();
        }

        await using var again = await StudioEar.ConnectAsync(server, token);
        await again.ObserveAsync("nobody");
        again.IsOpen.Should().BeTrue();
    }

    [Fact]
    public async Task ALongMessage_EndsTheConnection()
    {
        await using var ear = await StudioEar.ConnectAsync(server, server.AdminToken);

        await ear.ObserveAsync(new string('x', 100_000));

        await UntilAsync(() => !ear.IsOpen, "the server hangs up");
    }

    [Fact]
    public async Task AThousandBranches_AreToldInFewMessages()
    {
        var branches = Enumerable.Range(0, 1000).Select(i => Def.WriteLine($"b{i}")).ToArray();
        var json = Def.Workflow("hub-wide", Def.Sequence("seq", Def.Event("gate", "open"), Def.Activity("Elsa.Parallel", "wide", ("activities", new System.Text.Json.Nodes.JsonArray([.. branches])))));
        var id = await StartAsync(json, "hub-wide");
        await using var ear = await StudioEar.ConnectAsync(server, server.AdminToken);
        await ear.ObserveAsync(id);
        await UntilAsync(() => ear.Of("Workflow1:seq:gate").Blocked, "it waits");
        ear.Messages.Clear();

        await OpenAsync(id);

        await UntilAsync(() => ear.Of("Workflow1").Completed == 1 && ear.Stats.Count(s => ear.Of(s.Key).Completed == 1) > branches.Length, "it ends, and all branches are told");
        ear.Messages.Count.Should().BeLessThan(60);
        ear.Messages.Should().OnlyContain(m => m.Argument.GetRawText().Length < 100_000);
        await SameAsReportAsync(ear, id);
    }

    [Fact]
    public async Task ARevokedKey_AndAnEndedSession_AreHungUpOn()
    {
        var token = await server.KeyAsync("hub-leaver", "viewer");
        await using var byKey = await StudioEar.ConnectAsync(server, token);
        using var http = server.Http(null);
        var login = await http.PostAsJsonAsync("/elsa/api/identity/login", new { username = "", password = server.AdminToken });
        var session = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
        await using var bySession = await StudioEar.ConnectAsync(server, session);

        await server.Admin.RevokeKeyAsync(token.Split('_')[1]);
        using var signedIn = server.Http(session);
        (await signedIn.DeleteAsync("/session")).IsSuccessStatusCode.Should().BeTrue();

        await UntilAsync(() => !byKey.IsOpen && !bySession.IsOpen, "the server hangs up");
        await ((Func<Task>)(async () => await StudioEar.ConnectAsync(server, session))).Should().ThrowAsync<HttpRequestException>();
    }

    private InstanceWatch Watch => server.Services.GetRequiredService<InstanceWatch>();

    private async Task<string> StartAsync(string json, string definitionId)
    {
        await server.Admin.PushWorkflowAsync(json);
        return await StartAsync(definitionId);
    }

    private async Task<string> StartAsync(string definitionId)
    {
        var started = await server.Services.GetRequiredService<WorkflowRuntime>().StartAsync(new StartRequest { DefinitionId = definitionId }, TestContext.Current.CancellationToken);
        return started.InstanceId ?? throw new InvalidOperationException(started.Problem);
    }

    private Task OpenAsync(string id) => server.Services.GetRequiredService<WorkflowRuntime>().SignalAsync(
        id, new Kairship.Workflows.Activities.Stimulus(Kairship.Workflows.Activities.BuiltIn.EventStimulus.Key("open"), null), Guid.NewGuid().ToString(), CancellationToken.None);

    private async Task SameAsReportAsync(StudioEar ear, string id)
    {
        using var http = server.Http(server.AdminToken);
        var answer = await http.PostAsJsonAsync("/elsa/api/activity-executions/report", new { workflowInstanceId = id, activityNodeIds = ear.Stats.Keys });
        var report = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("stats").EnumerateArray().ToDictionary(s => s.GetProperty("activityNodeId").GetString()!, s => s.GetRawText());
        report.Should().HaveCount(ear.Stats.Count);
        ear.Stats.ToDictionary(s => s.Key, s => s.Value.GetRawText()).Should().BeEquivalentTo(report);
    }

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static Task UntilAsync(Func<bool> condition, string what) => Eventually.HoldsAsync(() => Task.FromResult(condition()), what);
}
