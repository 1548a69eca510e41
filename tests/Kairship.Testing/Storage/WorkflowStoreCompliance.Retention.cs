using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    private static readonly InboxRoom Two = new(2, 1000);

    [Fact]
    public async Task Post_ToAFullInbox_IsRefusedUntilThereIsRoom()
    {
        var claim = await CreateAndClaimAsync("i");
        (await Store.PostAsync("i", "k1", Bytes("1"), Two, Cancel)).Should().Be(PostOutcome.Posted);
        (await Store.PostAsync("i", "k2", Bytes("2"), Two, Cancel)).Should().Be(PostOutcome.Posted);

        (await Store.PostAsync("i", "k3", Bytes("3"), Two, Cancel)).Should().Be(PostOutcome.Full);
        (await Store.PostAsync("i", "k2", Bytes("2"), Two, Cancel)).Should().Be(PostOutcome.Duplicate, "what is known is known");
        (await Store.PostAsync("i", "command", Bytes("c"), Cancel)).Should().Be(PostOutcome.Posted, "a command needs no room");

        var inbox = await Store.ReadInboxAsync("i", Cancel);
        await CommitAsync(Commit(claim) with { ConsumedInbox = [.. inbox.Take(2).Select(m => m.Id)] });
        (await Store.PostAsync("i", "k3", Bytes("3"), Two, Cancel)).Should().Be(PostOutcome.Posted, "a refused key is not known");
    }

    [Fact]
    public async Task Post_MoreBytesThanTheInboxTakes_IsRefused()
    {
        await CreateAndClaimAsync("i");
        (await Store.PostAsync("i", "k1", new byte[600], Two, Cancel)).Should().Be(PostOutcome.Posted);
        (await Store.PostAsync("i", "k2", new byte[401], Two, Cancel)).Should().Be(PostOutcome.Full);
        (await Store.PostAsync("i", "k3", new byte[400], Two, Cancel)).Should().Be(PostOutcome.Posted);
        (await Store.PostAsync("missing", "k", Bytes("m"), Two, Cancel)).Should().Be(PostOutcome.NotFound);
    }

    [Fact]
    public async Task Trim_OfAJournal_CutsTheMiddleAndLeavesAMarker()
    {
        var claim = await CreateAndClaimAsync("i");
        for (var from = 1; from <= 9; from += 2)
        {
            await CommitAsync(Commit(claim) with { Journal = [Line("i", from), Line("i", from + 1)] });
        }

        await CommitAsync(Commit(claim) with { Journal = [Line("i", 11)], JournalTrim = new JournalTrim(2, 8, Line("i", 8, "cut")) });

        var lines = (await Store.ReadJournalAsync("i", new PageRequest(), Cancel)).Items;
        lines.Select(l => (l.Sequence, l.Message)).Should().Equal((1, "done"), (2, "done"), (8, "cut"), (9, "done"), (10, "done"), (11, "done"));
    }

    [Fact]
    public async Task Prune_FinishedLongAgo_TakesThemInBoundedSteps()
    {
        for (var i = 0; i < 7; i++)
        {
            await EndAsync($"old{i}", InstanceStatus.Finished, Now.AddDays(-10), lines: 4);
        }

        await EndAsync("cancelled", InstanceStatus.Cancelled, Now.AddDays(-10));
        await EndAsync("faulted", InstanceStatus.Faulted, Now.AddDays(-10));
        await EndAsync("fresh", InstanceStatus.Finished, Now.AddDays(-1));
        await Store.CreateInstanceAsync(New("waiting") with { CreatedAt = Now.AddDays(-20) }, Cancel);

        var steps = await PruneAllAsync(Now.AddDays(-5), Now.AddDays(-30), maxInstances: 3, maxRows: 8);

        steps.Should().OnlyContain(s => s.Instances <= 3 && s.Rows <= 8);
        steps.Sum(s => s.Instances).Should().Be(8);
        (await IdsAsync(new InstanceFilter())).Should().BeEquivalentTo("faulted", "fresh", "waiting");
        (await Store.ReadJournalAsync("old3", new PageRequest(), Cancel)).Total.Should().Be(0);
        (await Store.ReadJournalAsync("fresh", new PageRequest(), Cancel)).Total.Should().Be(1);

        await PruneAllAsync(null, Now.AddDays(-5), 100, 100);
        (await IdsAsync(new InstanceFilter())).Should().BeEquivalentTo("fresh", "waiting");
    }

    [Fact]
    public async Task Prune_LongJournal_GoesOverSeveralStepsAndTheInstanceLast()
    {
        await EndAsync("i", InstanceStatus.Finished, Now.AddDays(-10), lines: 25);

        var steps = await PruneAllAsync(Now, null, maxInstances: 10, maxRows: 10);

        steps.Select(s => (s.Instances, s.Rows)).Should().Equal((0, 10L), (0, 10L), (1, 5L));
    }

    [Fact]
    public async Task Prune_ChildrenOfAParentThatMayGoOn_AreKept()
    {
        await Store.CreateInstanceAsync(New("running") with { CreatedAt = Now.AddDays(-20) }, Cancel);
        await EndAsync("faulted", InstanceStatus.Faulted, Now.AddDays(-10));
        await EndAsync("finished", InstanceStatus.Finished, Now.AddDays(-1));
        foreach (var parent in (string[])["running", "faulted", "finished", "gone"])
        {
            await EndAsync($"child of {parent}", InstanceStatus.Finished, Now.AddDays(-10), parent: parent);
        }

        await PruneAllAsync(Now.AddDays(-5), null, 10, 100);

        (await IdsAsync(new InstanceFilter())).Should().BeEquivalentTo("running", "faulted", "finished", "child of running", "child of faulted");
    }

    [Fact]
    public async Task PruneKeys_OldOnesWhoseInstanceIsGone_MayStartAgain()
    {
        foreach (var id in (string[])["gone", "there", "young"])
        {
            await EndAsync(id, InstanceStatus.Finished, id == "young" ? Now.AddDays(-1) : Now.AddDays(-10), key: "key " + id);
        }

        await Store.DeleteInstanceAsync("gone", Cancel);
        await Store.DeleteInstanceAsync("young", Cancel);

        var (keys, after) = (0, (string?)null);
        do
        {
            var step = await Store.PruneStartKeysAsync(Now.AddDays(-5), after, 2, Cancel);
            (keys, after) = (keys + step.Keys, step.Next);
        }
        while (after is not null);

        keys.Should().Be(1);
        (await Store.CreateInstanceAsync(New("again", "key gone"), Cancel)).Should().Be(new CreateResult("again", true));
        (await Store.CreateInstanceAsync(New("x", "key there"), Cancel)).Should().Be(new CreateResult("there", false));
        (await Store.CreateInstanceAsync(New("y", "key young"), Cancel)).Should().Be(new CreateResult("young", false));
    }

    private async Task EndAsync(string id, InstanceStatus status, DateTimeOffset at, int lines = 1, string? parent = null, string? key = null)
    {
        await Store.CreateInstanceAsync(New(id, key) with { CreatedAt = at, ParentInstanceId = parent }, Cancel);
        var claim = await MustClaimAsync(id);
        for (var line = 1; line < lines; line++)
        {
            await CommitAsync(Commit(claim) with { Journal = [Line(id, line)] });
        }

        await CommitAsync(Finish(claim, status) with { At = at, Journal = [Line(id, lines)] });
    }

    private async Task<List<PruneResult>> PruneAllAsync(DateTimeOffset? finished, DateTimeOffset? faulted, int maxInstances, int maxRows)
    {
        var steps = new List<PruneResult>();
        PrunePosition? after = null;
        do
        {
            steps.Add(await Store.PruneInstancesAsync(new PruneRequest(finished, faulted, after, maxInstances, maxRows), Cancel));
            after = steps[^1].Next;
            steps.Count.Should().BeLessThan(100, "each step gets on");
        }
        while (after is not null);
        return steps;
    }
}
