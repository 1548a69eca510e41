using CsCheck;
using Kairship.Server.Elsa.Executions;
using Kairship.Testing.Workflows;
using Kairship.Testing.Workflows.Programs;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Server.Tests.Elsa.Executions;

public sealed class ExecutionBooksTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Random programs, looked at after every step: what was read on is what is read anew, and what the journal says by the simplest of folds.</summary>
    [Fact]
    public async Task Picture_ReadOn_IsWhatTheJournalSays()
    {
        var looks = 0;
        await Gen.Int[0, int.MaxValue - 1].SampleAsync(
            async seed =>
            {
                await using var engine = new WorkflowHarness(time: NewTime());
                var books = new ExecutionBooks(engine.Store, engine.Catalog);
                await engine.ImportAsync(Drawing.Definition(new ProgramSource(seed).Next()));
                var id = await engine.StartAsync("program");
                var random = new Random(seed);
                for (var steps = 0; steps < 40 && await StepAsync(engine, id, random); steps++)
                {
                    await CheckAsync(engine, books, id);
                    looks++;
                }

                await CheckAsync(engine, books, id);
            },
            iter: 60, threads: 1);
        looks.Should().BeGreaterThan(40, "programs that never wait prove little");
    }

    [Fact]
    public async Task Picture_OfALongJournal_IsReadOn_NotAnew()
    {
        var time = NewTime();
        var store = new CountingStore(new InMemoryWorkflowStore(time));
        await using var engine = new WorkflowHarness(store, time, options: Options(20_000));
        var books = new ExecutionBooks(store, engine.Catalog);
        var loop = Def.Activity("Elsa.For", "loop", ("start", Def.Literal("0", "Int32")), ("end", Def.Literal("4900", "Int32")), ("body", Def.WriteLine("say")));
        var id = await engine.RunAsync(Def.Workflow("long", Def.Sequence("seq", loop, Def.Event("one", "one"), Def.Event("two", "two"))));
        var first = await books.ReadAsync(id, Cancel);
        first!.Lines.Should().BeInRange(9_800, 20_000);
        first.Stats.Single(s => s.ActivityNodeId == "Workflow1:seq:loop:say").CompletedCount.Should().BeGreaterThanOrEqualTo(4_900);
        var before = store.Lines;

        await engine.EventAsync(id, "one");
        await engine.RunDueAsync();
        var second = await books.ReadAsync(id, Cancel);

        second!.Lines.Should().BeGreaterThan(first.Lines);
        (store.Lines - before).Should().BeLessThan(10);
        before = store.Lines;
        (await books.ReadAsync(id, Cancel)).Should().BeSameAs(second);
        store.Lines.Should().Be(before);
    }

    [Fact]
    public async Task Picture_OfATrimmedJournal_KnowsWhatIsUnderWay()
    {
        await using var engine = new WorkflowHarness(time: NewTime(), options: Options(100));
        var books = new ExecutionBooks(engine.Store, engine.Catalog);
        var body = Def.Sequence("body", Def.Event("again", "again"), Def.WriteLine("a"), Def.WriteLine("b"));
        var loop = Def.Activity("Elsa.While", "loop", ("condition", Def.Js("true", "Boolean")), ("body", body));
        var id = await engine.RunAsync(Def.Workflow("endless", Def.Activity("Elsa.Parallel", "both", ("activities", new System.Text.Json.Nodes.JsonArray(Def.Event("gate", "gate"), loop)))));
        for (var round = 0; round < 60; round++)
        {
            await engine.EventAsync(id, "again");
            await engine.RunDueAsync();
            var picture = await books.ReadAsync(id, Cancel);
            await UnderWayIsRightAsync(engine, id, picture!);
            var anew = await new ExecutionBooks(engine.Store, engine.Catalog).ReadAsync(id, Cancel);
            picture!.Stats.Should().BeEquivalentTo(anew!.Stats);
            picture.Stats.Single(s => s.ActivityNodeId == "Workflow1:both:gate").Should().Match<ActivityStats>(s => s.IsBlocked && s.UncompletedCount == 1);
            picture.Stats.Single(s => s.ActivityNodeId == "Workflow1:both:loop:body:a").Should().Match<ActivityStats>(s => !s.IsBlocked && s.UncompletedCount == 0);
        }

        (await engine.JournalAsync(id, "JournalTrimmed")).Should().NotBeEmpty();
    }

    [Fact]
    public async Task Picture_OfAMigratedInstance_HasTheNodesOfTheNewVersion()
    {
        await using var engine = new WorkflowHarness(time: NewTime());
        var books = new ExecutionBooks(engine.Store, engine.Catalog);
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.WriteLine("a"), Def.Event("e", "go"), Def.WriteLine("b"))));
        (await books.ReadAsync(id, Cancel))!.Stats.Single(s => s.IsBlocked).ActivityNodeId.Should().Be("Workflow1:root:e");
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.WriteLine("a"), Def.Event("e2", "go"), Def.WriteLine("b"))));
        var target = (await engine.Store.FindDefinitionAsync("w", VersionOption.LatestOnly, Cancel))!.VersionId;

        await engine.Runtime.MigrateAsync(id, target, new MigrationPlan(new Dictionary<string, string> { ["e"] = "e2" }), dryRun: false, Cancel);
        await engine.RunDueAsync();

        var migrated = (await books.ReadAsync(id, Cancel))!;
        migrated.Stats.Single(s => s.IsBlocked).Should().Match<ActivityStats>(s => s.ActivityNodeId == "Workflow1:root:e2" && s.UncompletedCount == 1);
        await UnderWayIsRightAsync(engine, id, migrated);
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();
        (await books.ReadAsync(id, Cancel))!.Stats.Should().OnlyContain(s => s.UncompletedCount == 0 && !s.IsBlocked);
    }

    [Fact]
    public async Task Faults_BubbleUp_ThroughContainersToTheWorkflow()
    {
        await using var engine = new WorkflowHarness(time: NewTime());
        var books = new ExecutionBooks(engine.Store, engine.Catalog);
        var bad = Def.Activity("Elsa.ParallelForEach", "each", ("items", Def.Js("[1,2,3]")), ("body", Def.Sequence("body", Def.Effect("bad", ("fail", Def.Literal("fatal"))))));
        var id = await engine.RunAsync(Def.Workflow("w", Def.Flowchart("flow", [Def.WriteLine("a"), bad], "a -> each")));

        var stats = (await books.ReadAsync(id, Cancel))!.Stats.ToDictionary(s => s.ActivityNodeId);

        stats["Workflow1:flow:each:body:bad"].Should().Match<ActivityStats>(s => s.StartedCount == 3 && s.IsFaulted && s.AggregateFaultCount == 3 && s.UncompletedCount == 3);
        stats["Workflow1:flow:each"].Should().Match<ActivityStats>(s => !s.IsFaulted && s.AggregateFaultCount == 3);
        stats["Workflow1:flow"].AggregateFaultCount.Should().Be(3);
        stats["Workflow1"].Should().Match<ActivityStats>(s => s.AggregateFaultCount == 3 && s.UncompletedCount == 1);
        stats["Workflow1:flow:a"].AggregateFaultCount.Should().Be(0);
    }

    [Fact]
    public async Task ATryAfterAFailure_IsNoBlock()
    {
        await using var engine = new WorkflowHarness(time: NewTime());
        var id = await ImportedAsync(engine, Def.Workflow("w", Def.Sequence("s", Def.Effect("flaky", ("fail", Def.Literal("1"))))));
        await engine.RunDueAsync();

        var stats = (await new ExecutionBooks(engine.Store, engine.Catalog).ReadAsync(id, Cancel))!.Stats;

        (await engine.SnapshotAsync(id)).Running.Should().Contain(r => r.Phase == "BackingOff");
        stats.Should().OnlyContain(s => !s.IsBlocked && !s.IsFaulted);
    }

    [Fact]
    public async Task Books_AreBounded()
    {
        await using var engine = new WorkflowHarness(time: NewTime());
        var books = new ExecutionBooks(engine.Store, engine.Catalog);
        await engine.ImportAsync(Def.Workflow("w", Def.WriteLine("a")));
        for (var i = 0; i < 230; i++)
        {
            var id = await engine.StartAsync("w");
            await engine.RunDueAsync();
            await books.ReadAsync(id, Cancel);
        }

        books.Kept.Books.Should().Be(200);
        books.Kept.Executions.Should().Be(200);
        (await books.ReadAsync("nobody", Cancel)).Should().BeNull();
        books.Kept.Books.Should().Be(200);
    }

    private static FakeTimeProvider NewTime() => new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromTicks(1) };

    private static WorkflowRuntimeOptions Options(int lines) => new() { Owner = "harness", Limits = new ExecutionLimits { MaxJournalRecords = lines, MaxControlSteps = 100_000 } };

    private static async Task<string> ImportedAsync(WorkflowHarness engine, string json)
    {
        await engine.ImportAsync(json);
        return await engine.StartAsync("w");
    }

    private static async Task<bool> StepAsync(WorkflowHarness engine, string id, Random random)
    {
        await engine.RunDueAsync();
        var waiting = (await engine.SnapshotAsync(id)).Running.SelectMany(r => r.WaitingFor).Where(w => w.StartsWith("event ", StringComparison.Ordinal)).ToList();
        var next = await engine.Store.NextDueAsync(Cancel);
        if (waiting.Count > 0 && (next is null || random.Next(2) == 0))
        {
            await engine.EventAsync(id, waiting[random.Next(waiting.Count)]["event ".Length..]);
            return true;
        }

        // By a distance, never to a moment: reading this clock can move it on.
        if (next - engine.Time.GetUtcNow() is { } left && left > TimeSpan.Zero)
        {
            engine.Time.Advance(left);
        }

        return next is not null;
    }

    private static async Task CheckAsync(WorkflowHarness engine, ExecutionBooks books, string id)
    {
        await engine.RunDueAsync();
        var picture = (await books.ReadAsync(id, Cancel))!;
        var anew = (await new ExecutionBooks(engine.Store, engine.Catalog).ReadAsync(id, Cancel))!;
        var journal = await JournalAsync(engine, id);
        picture.Stats.Should().Equal(anew.Stats);
        picture.Lines.Should().Be(journal.Count);
        picture.Stats.Skip(1).Select(s => (s.ActivityNodeId, s.StartedCount, s.CompletedCount, s.UncompletedCount, s.IsBlocked, s.IsFaulted)).Should().Equal(Simply(journal));
        await UnderWayIsRightAsync(engine, id, picture);
        for (var i = 0; i < picture.Entries.Count; i++)
        {
            picture.SchedulerOf(i).Should().BeLessThan(i);
            picture.DepthOf(i).Should().BeGreaterThan(picture.ParentOf(i) is >= 0 and var parent ? picture.DepthOf(parent) : 0);
        }
    }

    private static async Task UnderWayIsRightAsync(WorkflowHarness engine, string id, ExecutionPicture picture)
    {
        var running = (await engine.SnapshotAsync(id)).Running;
        picture.Entries.Where(e => e.IsUnderWay || e.IsFaulted).Select(e => e.Execution.ExecutionId).Should().BeEquivalentTo(running.Select(r => r.ExecutionId));
        picture.Entries.Where(e => e.IsBlocked).Select(e => e.Execution.ExecutionId).Should().BeEquivalentTo(running.Where(r => r.Phase == "Waiting").Select(r => r.ExecutionId));
    }

    private static IEnumerable<(string Node, long Started, long Completed, long Uncompleted, bool Blocked, bool Faulted)> Simply(List<JournalRecord> journal) =>
        ActivityExecutionHistory.Of(journal).GroupBy(e => e.NodeId).Select(g => (
            g.Key, (long)g.Count(), (long)g.Count(e => e.Status is ActivityExecutionStatus.Completed or ActivityExecutionStatus.Cancelled),
            (long)g.Count(e => e.Status is not (ActivityExecutionStatus.Completed or ActivityExecutionStatus.Cancelled)),
            g.Any(e => journal.Last(l => l.ExecutionId == e.ExecutionId).Event == "Suspended"), g.Any(e => e.Status == ActivityExecutionStatus.Faulted)));

    private static async Task<List<JournalRecord>> JournalAsync(WorkflowHarness engine, string id)
    {
        var all = new List<JournalRecord>();
        while (await engine.Store.ReadJournalAsync(id, new PageRequest(all.Count, 1000), Cancel) is { Items.Count: > 0 } page)
        {
            all.AddRange(page.Items);
        }

        return all;
    }

    private sealed class CountingStore(IWorkflowStore inner) : StoreDecorator(inner)
    {
        public int Lines { get; private set; }

        public override async Task<Page<JournalRecord>> ReadJournalAsync(string instanceId, PageRequest page, CancellationToken cancellationToken)
        {
            var read = await base.ReadJournalAsync(instanceId, page, cancellationToken);
            Lines += read.Items.Count;
            return read;
        }
    }
}
