using Kairship.Testing.Workflows;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class InstanceMigrationTests : IAsyncDisposable
{
    private static readonly string First = Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Event("e", "go"), Def.Effect("b")));
    private static readonly string Second = Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Event("e2", "go"), Def.Effect("new"), Def.Effect("b")));
    private readonly WorkflowHarness engine = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static MigrationPlan Plan { get; } = new(new Dictionary<string, string> { ["e"] = "e2" });

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Suspended_OrPaused_GoesOnAsTheOtherVersion(bool paused)
    {
        var id = await engine.RunAsync(First);
        if (paused)
        {
            await engine.Runtime.PauseAsync(id, Cancel);
            await engine.RunDueAsync();
        }

        var target = await SecondAsync();
        var look = await engine.Runtime.MigrateAsync(id, target, Plan, dryRun: true, Cancel);
        look.Report.Should().Match<MigrationReport>(r => r.IsPossible && r.FromVersion == 1 && r.ToVersion == 2);
        await engine.RunDueAsync();
        (await engine.InstanceAsync(id)).DefinitionVersion.Should().Be(1, "that was only a look");

        (await engine.Runtime.MigrateAsync(id, target, Plan, dryRun: false, Cancel)).Outcome.Should().Be(OperationOutcome.Applied);
        await engine.RunDueAsync();
        (await engine.InstanceAsync(id)).Should().Match<InstanceRecord>(i => i.DefinitionVersion == 2 && i.DefinitionVersionId == target);
        (await engine.JournalAsync(id, "Migrated")).Should().ContainSingle().Which.Should().Contain("version 1 to 2");
        (await engine.Catalog.DeleteVersionAsync("w", 1, Cancel)).Succeeded.Should().BeTrue("nobody needs it any more");
        if (paused)
        {
            await engine.Runtime.ResumeAsync(id, Cancel);
        }

        // The bookmark is found by its stimulus, and belongs to the renamed activity.
        await engine.Runtime.PublishAsync(new(Kairship.Workflows.Activities.BuiltIn.EventStimulus.Key("go"), null), null, "k", Cancel);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Distinct.Keys.Should().BeEquivalentTo($"{id}/a/1", $"{id}/new/1", $"{id}/b/1");
        engine.Ledger.Total.Should().Be(3);
    }

    [Fact]
    public async Task Faulted_StaysFaulted_AndIsRetriedByTheOtherVersion()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Effect("b", ("fail", Def.Literal("fatal"))))));
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Effect("b", ("fail", Def.Literal("fatal"))), Def.Effect("new"))));
        await engine.Runtime.MigrateAsync(id, await LatestAsync(), null, dryRun: false, Cancel);
        await engine.RunDueAsync();

        (await engine.InstanceAsync(id)).Should().Match<InstanceRecord>(i => i.Status == InstanceStatus.Faulted && i.DefinitionVersion == 2);
        await engine.Runtime.SkipAsync(id, "b", null, Cancel);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Distinct.Keys.Should().Contain($"{id}/new/1");
        engine.Ledger.Count($"{id}/a/1").Should().Be(1);
    }

    [Fact]
    public async Task Executing_GoesOverAtTheNextCommit_WhileItsEffectRuns()
    {
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        engine.Effect.During = (context, _) =>
        {
            entered.TrySetResult();
            return context.ActivityId == "a" ? leave.Task : Task.CompletedTask;
        };
        await engine.ImportAsync(First);
        var id = await engine.StartAsync("w");
        var running = engine.Runtime.RunAsync(id, Cancel);
        await entered.Task;
        var target = await SecondAsync();
        (await engine.Runtime.MigrateAsync(id, target, Plan, dryRun: false, Cancel)).Outcome.Should().Be(OperationOutcome.Applied);
        _ = engine.Runtime.RunAsync(id, Cancel);
        leave.SetResult();
        await running;
        await engine.RunDueAsync();
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();

        (await engine.InstanceAsync(id)).Should().Match<InstanceRecord>(i => i.Status == InstanceStatus.Finished && i.DefinitionVersion == 2);
        engine.Ledger.Total.Should().Be(3);
    }

    [Fact]
    public async Task What_BecameImpossibleMeanwhile_IsALineInTheJournal()
    {
        var id = await engine.RunAsync(First);
        var target = await SecondAsync();
        (await engine.Runtime.MigrateAsync(id, target, null, dryRun: false, Cancel)).Should().Match<MigrationResult>(r =>
            r.Outcome == OperationOutcome.Refused && r.Report!.Problems.Single().Code == MigrationCode.Gone);

        // Posted while it waited, carried out after it went on.
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Event("e", "go"))));
        await engine.EventAsync(id, "go");
        engine.Effect.During = async (_, _) => await engine.Runtime.MigrateAsync(id, await LatestAsync(), null, dryRun: false, Cancel);
        await engine.RunToRestAsync();
        (await engine.InstanceAsync(id)).DefinitionVersion.Should().Be(1);
    }

    [Fact]
    public async Task All_OfOneVersion_GoOver_EachForItself()
    {
        var waiting = await engine.RunAsync(First);
        var over = await engine.RunAsync(First);
        await engine.EventAsync(over, "go");
        await engine.RunToRestAsync();
        var target = await SecondAsync();
        var fresh = await engine.StartAsync("w");

        var results = await engine.Runtime.MigrateAllAsync("w", 1, target, Plan, dryRun: false, Cancel);
        results.Keys.Should().BeEquivalentTo(waiting);
        await engine.RunDueAsync();
        (await engine.InstanceAsync(waiting)).DefinitionVersion.Should().Be(2);
        (await engine.InstanceAsync(over)).DefinitionVersion.Should().Be(1);
        (await engine.InstanceAsync(fresh)).DefinitionVersion.Should().Be(2);
    }

    [Fact]
    public async Task Target_ThatIsNone_IsRefused()
    {
        var id = await engine.RunAsync(First);
        var draft = (await engine.Catalog.SaveDraftAsync(new SaveDraft { Json = Second }, Cancel)).Definition!;
        (await engine.Runtime.MigrateAsync(id, draft.VersionId, Plan, false, Cancel)).Reason.Should().Contain("draft");
        (await engine.Runtime.MigrateAsync(id, "nope", Plan, false, Cancel)).Reason.Should().Contain("'nope'");
        (await engine.Runtime.MigrateAsync("nobody", draft.VersionId, Plan, false, Cancel)).Outcome.Should().Be(OperationOutcome.NotFound);
        await engine.ImportAsync(Def.Workflow("other", Def.Sequence("root", Def.Event("e", "go"))));
        var other = (await engine.Catalog.FindPublishedAsync("other", Cancel))!.VersionId;
        (await engine.Runtime.MigrateAsync(id, other, null, false, Cancel)).Report!.Problems.Single().Code.Should().Be(MigrationCode.OtherDefinition);
    }

    private async Task<string> SecondAsync()
    {
        await engine.ImportAsync(Second);
        return await LatestAsync();
    }

    private async Task<string> LatestAsync() => (await engine.Store.FindDefinitionAsync("w", VersionOption.LatestOnly, Cancel))!.VersionId;

    [Fact]
    public async Task Plan_ThatMapsToNothing_IsAProblem()
    {
        var id = await engine.RunAsync(First);

        var look = await engine.Runtime.MigrateAsync(id, await SecondAsync(), new MigrationPlan(new Dictionary<string, string> { ["e"] = null! }), dryRun: true, Cancel);

        look.Report!.Problems.Should().Contain(p => p.ActivityId == "e" && p.Code == MigrationCode.Plan);
    }

    [Fact]
    public async Task BulkDispatch_WhoseChildrenAnswerUnderItsId_IsNotRenamed_AlsoWhileSomethingRunsInsideIt()
    {
        static string Bulk(string id) => Def.Workflow("w", Def.Sequence("root", Def.Activity("Elsa.BulkDispatchWorkflows", id,
            ("workflowDefinitionId", Def.Literal("child")), ("items", Def.Js("[1,2]")), ("ChildCompleted", Def.Event("inner", "inner")))));
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.Event("wait", "go"))));
        var id = await engine.RunAsync(Bulk("bulk"));
        var child = (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: id), new PageRequest(), Cancel)).Items[0];
        await engine.EventAsync(child.Id, "go");
        await engine.RunDueAsync();
        await engine.ImportAsync(Bulk("mass"));
        var target = (await engine.Catalog.FindPublishedAsync("w", Cancel))!.VersionId;

        var look = await engine.Runtime.MigrateAsync(id, target, new MigrationPlan(new Dictionary<string, string> { ["bulk"] = "mass" }), dryRun: true, Cancel);

        look.Report!.Problems.Should().Contain(p => p.Code == MigrationCode.Renamed);
    }
}
