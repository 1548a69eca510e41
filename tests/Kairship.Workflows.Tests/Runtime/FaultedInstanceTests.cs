using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>What reaches an instance that has faulted, or is about to, is there when it goes on.</summary>
public sealed class FaultedInstanceTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static JsonObject Branches(params JsonObject[] activities) => Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray([.. activities])));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EndOfAChild_WhileItsParentIsFaulted_IsKnownAfterTheRetry(bool waits)
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.Event("wait", "go"))));
        await engine.ImportAsync(Def.Workflow("parent", Branches(
            Def.Activity("Elsa.DispatchWorkflow", "call", ("workflowDefinitionId", Def.Literal("child")), ("waitForCompletion", Def.Literal(waits ? "true" : "false", "Boolean"))),
            Def.Effect("bad", ("fail", Def.Js("getX()", "String")))), ("x", "String", "fatal")));
        var id = await engine.StartAsync("parent");
        await engine.Runtime.RunAsync(id, None);
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        await engine.RunToRestAsync();
        var child = (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: id), new PageRequest(0, 2), None)).Items.Should().ContainSingle().Subject.Id;
        await engine.EventAsync(child, "go");
        await engine.RunToRestAsync();
        (await engine.StatusAsync(child)).Should().Be(InstanceStatus.Finished);

        await engine.Runtime.SetVariableAsync(id, "x", "0", null, None);
        await engine.Runtime.RetryAsync(id, null, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Command_PostedWhileTheInstanceFaults_IsCarriedOut()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = new Interrupted(new InMemoryWorkflowStore(time));
        await using var engine = new WorkflowHarness(store, time);
        await engine.ImportAsync(Def.Workflow("w", Def.Effect("bad", ("fail", Def.Literal("fatal")))));
        var id = await engine.StartAsync("w");
        store.BeforeFault = () => engine.Runtime.CancelAsync(id, None);

        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
    }

    [Theory]
    [InlineData("ValueTooDeep")]
    [InlineData("StateTooLarge")]
    public async Task SetVariable_ToMoreThanAnInstanceHolds_IsRefusedAndTheInstanceGoesOn(string what)
    {
        var limits = new ExecutionLimits { MaxStateBytes = 64 * 1024, MaxValueDepth = 10 };
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "harness", Limits = limits });
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("wait", "go"), Def.Effect("after")), ("v", "Object", null)));
        JsonNode value = new string('x', 70_000);
        for (var depth = 0; what == "ValueTooDeep" && depth < 30; depth++)
        {
            value = new JsonObject { ["o"] = depth == 0 ? "x" : value };
        }

        var result = await engine.Runtime.SetVariableAsync(id, "v", value, null, None);
        await engine.RunToRestAsync();

        result.Outcome.Should().Be(OperationOutcome.Refused);
        result.Reason.Should().Contain(what == "ValueTooDeep" ? "MaxValueDepth" : "MaxStateBytes");
        (await engine.InstanceAsync(id)).Should().BeEquivalentTo(new { Status = InstanceStatus.Suspended, QuarantineReason = (string?)null });
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Commands_ThatMakeTheSnapshotTooLarge_AreUsedUp_AndTheNextOnesCount()
    {
        var limits = new ExecutionLimits { MaxStateBytes = 64 * 1024 };
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "harness", Limits = limits });
        var id = await engine.RunAsync(Def.Workflow("w", Def.Event("wait", "go"), ("a", "Object", null), ("b", "Object", null)));
        foreach (var name in new[] { "a", "b" })
        {
            (await engine.Runtime.SetVariableAsync(id, name, new string('x', 40_000), null, None)).IsApplied.Should().BeTrue("each for itself has room");
        }

        await engine.RunToRestAsync();
        await engine.Runtime.RetryAsync(id, null, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        await engine.Runtime.CancelAsync(id, None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Retry_ThatMakesTheSnapshotTooLarge_IsUsedUp_SoThatTheNextCommandCounts(bool cancel)
    {
        var limits = new ExecutionLimits { MaxStateBytes = 64 * 1024 };
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "harness", Limits = limits });
        var id = await engine.RunAsync(Def.Workflow("w", Def.Activity("Elsa.RunJavaScript", "js",
            ("script", Def.Literal("if (getN() < 0) throw new Error('no'); return 'x'.repeat(getN())")), ("result", Def.Output("v"))), ("n", "Int32", "-1"), ("v", "Object", null)));
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        await engine.Runtime.SetVariableAsync(id, "n", 30_000, null, None);
        await engine.Runtime.RetryAsync(id, null, None);
        await engine.RunToRestAsync();
        (await engine.SnapshotAsync(id)).Incidents.Select(i => i.Type).Should().Contain("StateTooLarge");

        if (cancel)
        {
            await engine.Runtime.CancelAsync(id, None);
        }
        else
        {
            await engine.Runtime.SetVariableAsync(id, "n", 3, null, None);
            await engine.Runtime.RetryAsync(id, null, None);
        }

        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(cancel ? InstanceStatus.Cancelled : InstanceStatus.Finished);
    }

    /// <summary>Does something at the last moment before an instance comes to rest as faulted.</summary>
    private sealed class Interrupted(IWorkflowStore inner) : StoreDecorator(inner)
    {
        public Func<Task>? BeforeFault { get; set; }

        public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
        {
            if (BeforeFault is { } before && commits.Any(c => c.Status == InstanceStatus.Faulted))
            {
                BeforeFault = null;
                await before();
            }

            return await base.CommitAsync(commits, cancellationToken);
        }
    }
}
