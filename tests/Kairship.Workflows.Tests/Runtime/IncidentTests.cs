using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class IncidentTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData("Fault", null, false)]
    [InlineData("Continue", null, true)]
    [InlineData("Fault", "Continue", true)]
    [InlineData("Continue", "Fault", false)]
    public async Task Strategy_OfDefinitionOrActivity_DecidesWhetherOtherBranchesGoOn(string definition, string? own, bool goesOn)
    {
        var bad = Def.Effect("bad", ("fail", Def.Js("getX()", "String")));
        var json = Def.WithStrategy(Branches(own is null ? bad : bad.With(("kairship:incidentStrategy", own))), definition);
        var id = await engine.RunAsync(json);

        (await engine.StatusAsync(id)).Should().Be(goesOn ? InstanceStatus.Suspended : InstanceStatus.Faulted);
        (await engine.InstanceAsync(id)).IncidentCount.Should().Be(1);
        await engine.Runtime.PublishAsync(new Kairship.Workflows.Activities.Stimulus(new("event", "go"), null), null, "k", None);
        await engine.RunToRestAsync();
        engine.Ledger.Distinct.ContainsKey($"{id}/behind/1").Should().Be(goesOn);
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted, "with nothing else to do, the incident is what is left");

        await engine.Runtime.SetVariableAsync(id, "x", "0", null, None);
        await engine.Runtime.RetryAsync(id, null, None);
        await engine.RunToRestAsync();
        if (!goesOn)
        {
            await engine.Runtime.PublishAsync(new Kairship.Workflows.Activities.Stimulus(new("event", "go"), null), null, "k2", None);
            await engine.RunToRestAsync();
        }

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Total.Should().Be(3, "each effect once");
    }

    [Fact]
    public async Task Retry_OfOneOfTwoIncidents_LeavesTheOther()
    {
        var id = await engine.RunAsync(Def.WithStrategy(Def.Workflow("w", Def.Activity("Elsa.Parallel", "p", ("activities", new JsonArray(
            Def.Effect("one", ("fail", Def.Js("getX()", "String"))), Def.Effect("two", ("fail", Def.Literal("fatal")))))), ("x", "String", "fatal")), "Continue"));
        (await engine.InstanceAsync(id)).IncidentCount.Should().Be(2);

        await engine.Runtime.SetVariableAsync(id, "x", "0", null, None);
        await engine.Runtime.RetryAsync(id, "one", None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.ActivityId.Should().Be("two");
        await engine.Runtime.SkipAsync(id, "two", null, None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Join_BehindAFaultedBranch_WaitsForIt()
    {
        var id = await engine.RunAsync(Def.WithStrategy(Def.Workflow("w", Def.Flowchart("root",
            [Def.Fork("f", "A", "B"), Def.Effect("a"), Def.Effect("b", ("fail", Def.Literal("fatal"))), Def.Join("j", "WaitAllActive"), Def.Effect("next")],
            "f.A -> a", "f.B -> b", "a -> j", "b -> j", "j -> next")), "Continue"));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/a/1");
        await engine.Runtime.SkipAsync(id, "b", null, None);
        await engine.RunToRestAsync();

        engine.Ledger.Distinct.Keys.Should().BeEquivalentTo($"{id}/a/1", $"{id}/next/1");
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Theory]
    [InlineData(2, InstanceStatus.Finished)]
    [InlineData(3, InstanceStatus.Faulted)]
    public async Task Retries_OfAnActivity_FollowItsPolicyAndSurviveARestart(int failures, InstanceStatus end)
    {
        await engine.ImportAsync(Def.Workflow("w", Def.Effect("root", ("fail", Def.Literal($"{failures}"))).With(
            ("kairship:retry", JsonNode.Parse("""{"maxAttempts": 3, "delay": "00:10:00", "maxDelay": "01:00:00", "backoffType": "Linear", "jitter": false}""")))));
        var id = await engine.StartAsync("w");
        await engine.RunDueAsync();
        var attempt = (await engine.SnapshotAsync(id)).Running.Single();
        attempt.Should().Match<Kairship.Workflows.Execution.RunningActivity>(r => r.Failures == 1 && r.DueAt == engine.Time.GetUtcNow().AddMinutes(10));

        await using var restarted = new WorkflowHarness(engine.Store, engine.Time, engine.Ledger);
        await restarted.RunToRestAsync();

        (await restarted.StatusAsync(id)).Should().Be(end);
        (engine.Time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).Should().Be(TimeSpan.FromMinutes(10 + 20));
    }

    /// <summary>"bad" fails while x is "fatal"; beside it a wait, with an effect behind.</summary>
    private static string Branches(JsonObject bad) => Def.Workflow("w", Def.Activity("Elsa.Parallel", "p", ("activities", new JsonArray(
        Def.Effect("good"), bad, Def.Sequence("s", Def.Event("wait", "go"), Def.Effect("behind"))))), ("x", "String", "fatal"));
}
