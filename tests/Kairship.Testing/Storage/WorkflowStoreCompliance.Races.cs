using System.Collections.Concurrent;
using CsCheck;
using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    /// <summary>
    /// Posters and workers at the same time. A worker does what the engine does: takes what is due, consumes what it read and releases without a time. A lost
    /// signal shows as a message that is there while nothing is due.
    /// </summary>
    [Fact]
    public Task Inbox_PostersAgainstReleases_LoseNoSignal() => Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[1, 25]).SampleAsync(
        async (instances, posters, workers, messages) =>
        {
            var run = Guid.NewGuid().ToString("N");
            var ids = Enumerable.Range(0, instances).Select(i => $"{run}-{i}").ToList();
            foreach (var id in ids)
            {
                await Store.CreateInstanceAsync(New(id), Cancel);
            }

            var consumed = new ConcurrentBag<string>();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var working = Enumerable.Range(0, workers).Select(n => Task.Run(() => WorkAsync($"w{n}", consumed, stop.Token))).ToList();
            await Task.WhenAll(Enumerable.Range(0, posters).Select(p => Task.Run(async () =>
            {
                for (var m = 0; m < messages; m++)
                {
                    (await Store.PostAsync(ids[(p + m) % instances], $"{p}/{m}", Bytes($"{p}/{m}"), Cancel)).Should().Be(PostOutcome.Posted);
                }
            })));
            await stop.CancelAsync();
            await Task.WhenAll(working);
            await DrainAsync("last", consumed);

            foreach (var id in ids)
            {
                (await Store.ReadInboxAsync(id, Cancel)).Should().BeEmpty("no message may be left behind while its instance is not due");
            }

            consumed.Should().HaveCount(posters * messages).And.OnlyHaveUniqueItems();
        },
        iter: 8,
        threads: 1);

    /// <summary>Owners that die at random between claim and commit, with leases that end at once: every transition that was committed counts exactly once.</summary>
    [Fact]
    public Task Claims_StolenAllTheTime_NeverLoseOrRepeatATransition() => Gen.Int[2, 4].SampleAsync(
        async workers =>
        {
            var id = Guid.NewGuid().ToString("N");
            await Store.CreateInstanceAsync(New(id) with { State = Bytes("0") }, Cancel);
            var committed = 0;
            await Task.WhenAll(Enumerable.Range(0, workers).Select(n => Task.Run(async () =>
            {
                for (var turn = 0; turn < 15; turn++)
                {
                    if (await Store.ClaimAsync(id, $"w{n}", TimeSpan.Zero, Cancel) is { } claim)
                    {
                        var next = int.Parse(Text(claim.Instance.State)) + 1;
                        var outcome = await CommitAsync(Commit(claim, $"{next}") with { Journal = [Line(id, next)], Release = turn % 3 == 0 });
                        Interlocked.Add(ref committed, outcome == CommitOutcome.Committed ? 1 : 0);
                    }
                }
            })));

            Text((await GetAsync(id)).State).Should().Be($"{committed}");
            (await Store.ReadJournalAsync(id, new PageRequest(), Cancel)).Items.Select(x => x.Sequence)
                .Should().Equal(Enumerable.Range(1, committed).Select(x => (long)x));
        },
        iter: 6,
        threads: 1);

    [Fact]
    public async Task Post_AgainstFinish_IsEitherReadOrRefused()
    {
        for (var round = 0; round < 20; round++)
        {
            var claim = await CreateAndClaimAsync($"i{round}");
            var post = Task.Run(() => Store.PostAsync(claim.Instance.Id, "k", Bytes("m"), Cancel));
            await CommitAsync(Finish(claim));

            var posted = await post == PostOutcome.Posted;

            (await Store.ReadInboxAsync(claim.Instance.Id, Cancel)).Count.Should().Be(posted ? 1 : 0);
            (await Store.FindDueAsync(Now.AddDays(1), 10, Cancel)).Should().BeEmpty();
        }
    }

    private async Task WorkAsync(string owner, ConcurrentBag<string> consumed, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await DrainAsync(owner, consumed);
            await Task.Yield();
        }
    }

    private async Task DrainAsync(string owner, ConcurrentBag<string> consumed)
    {
        while (await Store.FindDueAsync(Now.AddSeconds(1), 10, Cancel) is { Count: > 0 } due)
        {
            foreach (var id in due)
            {
                if (await Store.ClaimAsync(id, owner, LongLease, Cancel) is { } claim)
                {
                    var ids = claim.Inbox.Select(x => x.Id).ToList();
                    (await CommitAsync(Release(claim) with { ConsumedInbox = ids })).Should().Be(CommitOutcome.Committed);
                    foreach (var message in claim.Inbox)
                    {
                        consumed.Add(claim.Instance.Id + "/" + message.DedupeKey);
                    }
                }
            }
        }
    }
}
