using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Server.Failover;
using Kairship.Server.Failover.Returning;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Failover.Returning;

public sealed class FailbackAttemptsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Return_ThatFailedBeforeItWroteAnything_IsMadeAgainAfterAWhile_SixTimesInAll()
    {
        await using var stage = await FailoverStage.StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east", "west"]);
        var (first, longAgo) = (await CaseAsync(stage, "a"), TimeSpan.FromHours(1));
        for (var attempt = 1; attempt <= FailbackAttempts.Most; attempt++)
        {
            var next = await OfAsync(stage, first);
            next.IsDue.Should().BeTrue("attempt {0} has waited for long enough", attempt);
            await EndAsync(stage, next, ReleaseStatus.Failed, ago: longAgo);
        }

        var last = await OfAsync(stage, first);
        (last.IsDue, last.Begun!.Number).Should().Be((false, 1 + FailbackAttempts.Most), "that is enough");

        var other = await CaseAsync(stage, "b");
        await EndAsync(stage, other, ReleaseStatus.Failed, ago: longAgo);
        await EndAsync(stage, await OfAsync(stage, other), ReleaseStatus.Failed);
        var waits = await OfAsync(stage, other);
        var ended = (await stage.Delivery.ListReleasesAsync("shop", 0, 1, Token)).Items[0].FinishedAt!.Value;
        (waits.IsDue, waits.Answer.At - ended).Should().Be((false, TimeSpan.FromSeconds(10)));
        waits.Answer.Sentence.Should().EndWith("did not begin: north did not answer. It is tried again.");
    }

    [Fact]
    public async Task Return_ThatWroteSomething_OrPeopleStopped_IsNotMadeAgain()
    {
        await using var stage = await FailoverStage.StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east", "west"]);
        foreach (var (status, hasWritten) in new[] { (ReleaseStatus.Failed, true), (ReleaseStatus.RolledBack, false), (ReleaseStatus.Rejected, false), (ReleaseStatus.Aborted, false) })
        {
            var first = await CaseAsync(stage, status.ToString());
            first.IsDue.Should().BeTrue("another return is another");

            var release = await EndAsync(stage, first, status, hasWritten);

            (await OfAsync(stage, first)).Begun!.Id.Should().Be(release, "it ended {0}", status);
        }
    }

    private static async Task<FailbackCase> OfAsync(FailoverStage stage, FailbackCase first) =>
        await stage.Server.Services.GetRequiredService<FailbackAttempts>().OfAsync(first with { Begun = await stage.Delivery.FindStartedReleaseAsync(first.DedupeKey, Token) }, Token);

    private static async Task<FailbackCase> CaseAsync(FailoverStage stage, string key)
    {
        var history = (await stage.Server.Services.GetRequiredService<ApplicationHistories>().AllAsync(null, Token))["shop"];
        return new FailbackCase(
            history, new FailbackOrigin("shop", new PreviousPlacement(new Dictionary<string, IReadOnlyDictionary<string, int>>()), history.Stable.Id, history.Stable.RequestedAt), ["west"], [],
            new FailbackAnswer(FailbackVerdict.Go, "shop returns to west."), key, null);
    }

    private static async Task<string> EndAsync(FailoverStage stage, FailbackCase one, ReleaseStatus status, bool hasWritten = false, TimeSpan ago = default)
    {
        var now = TimeProvider.System.GetUtcNow() - ago;
        var release = await stage.Delivery.StartReleaseAsync(new NewRelease(one.History.Application, "v1", "failback-application", "test", one.DedupeKey, one.Change), now, Token);
        if (hasWritten)
        {
            await stage.Delivery.SaveReleaseClusterAsync(new ReleaseCluster(release.Id, "west", "all", ClusterPhase.Promoting, 0, 0, 1, "Progressing", null, now), Token);
        }

        await stage.Delivery.SetReleaseStatusAsync(release.Id, status, "north did not answer.", now, Token);
        return release.Id;
    }
}
