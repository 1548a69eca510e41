using FluentAssertions;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Releases;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class DeliveryStoreCompliance
{
    [Fact]
    public async Task Standings_HaveTheReleasesDownToTheLastThatSucceeded_WhoHoldsIt_AndNothingOfApplicationsThatAreGone()
    {
        await Store.SaveApplicationAsync(Storefront("never"), At, Cancel);
        await Store.SaveApplicationAsync(Storefront("under-way"), At, Cancel);
        await Store.SaveApplicationAsync(Storefront("failed"), At, Cancel);
        await EndAsync("under-way", ReleaseStatus.Succeeded, ReleaseStatus.Succeeded, ReleaseStatus.Failed, ReleaseStatus.RolledBack);
        await StartAsync("under-way", minutes: 9);
        await EndAsync("failed", ReleaseStatus.Aborted, ReleaseStatus.Failed);
        await EndAsync("gone", ReleaseStatus.Succeeded);

        var standings = await Store.ListStandingsAsync(null, Cancel);

        standings.Select(s => s.Application.Name).Should().Equal("failed", "never", "under-way");
        standings.Select(s => string.Join(' ', s.Releases.Select(r => $"{r.Number}{r.Status}"))).Should().Equal("2Failed 1Aborted", "", "5Pending 4RolledBack 3Failed 2Succeeded");
        standings.Select(s => s.Stable?.Id).Should().Equal(null, null, "under-way-2");
        standings.Select(s => s.Lease).Should().Equal(null, null, new ArbiterLease("under-way", "under-way-5", ArbiterPurpose.Release, 5, At.AddMinutes(9)));
        foreach (var standing in standings)
        {
            (await Store.FindStandingAsync(standing.Application.Name, Cancel)).Should().BeEquivalentTo(standing, o => o.WithStrictOrdering());
            foreach (var release in standing.Releases)
            {
                release.Should().BeEquivalentTo(await Store.GetReleaseAsync(release.Id, Cancel));
            }
        }

        (await Store.FindStandingAsync("gone", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Standings_ReadAgain_AreAsEverythingIsThen()
    {
        await Store.SaveApplicationAsync(Storefront(), At, Cancel);
        await StartAsync();
        await Store.ListStandingsAsync(null, Cancel);

        await Store.SaveApplicationAsync(Storefront() with { Namespace = "elsewhere" }, At, Cancel);
        await Store.SetReleaseInstanceAsync("storefront-1", "instance", Cancel);
        await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.RollingBack, "why", At, Cancel);
        var going = (await Store.ListStandingsAsync(null, Cancel)).Single();
        going.Application.Namespace.Should().Be("elsewhere");
        going.Releases.Single().Should().Match<Release>(r => r.InstanceId == "instance" && r.Status == ReleaseStatus.RollingBack && r.Reason == "why" && r.Spec.Namespace == "shop");
        await Store.SetCurrentRevisionAsync("storefront", "v1", Cancel);
        await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.Succeeded, null, At.AddMinutes(1), Cancel);
        (await Store.ListStandingsAsync(null, Cancel)).Single().Should().Match<ApplicationStanding>(s => s.Lease == null && s.Stable!.FinishedAt == At.AddMinutes(1));

        await Store.BeginRemovalAsync("storefront", At, Cancel);
        await Store.EndRemovalAsync("storefront", removed: true, Cancel);
        (await Store.ListStandingsAsync(null, Cancel)).Should().BeEmpty();
        await Store.SaveApplicationAsync(Storefront(), At, Cancel);
        (await Store.ListStandingsAsync(null, Cancel)).Single().Stable.Should().BeNull("another one of its name is nowhere yet");
    }

    [Fact]
    public async Task Standings_OfALongHistory_AreBounded()
    {
        await Store.SaveApplicationAsync(Storefront(), At, Cancel);
        await EndAsync("storefront", [ReleaseStatus.Succeeded, .. Enumerable.Repeat(ReleaseStatus.Failed, ApplicationStanding.Most + 3)]);

        var standing = await Store.FindStandingAsync("storefront", Cancel);

        standing!.Stable!.Number.Should().Be(1);
        standing.Releases.SkipLast(1).Select(r => r.Number).Should().Equal(Enumerable.Range(5, ApplicationStanding.Most).Reverse());
    }

    [Fact]
    public async Task Failovers_SinceATime_AreThoseOfAllApplications_NewestFirst()
    {
        foreach (var (name, kind, minutes) in new[] { ("a", ReleaseKind.Failover, 0), ("a", ReleaseKind.Failover, 1), ("b", ReleaseKind.Scale, 2), ("c", ReleaseKind.Failover, 3), ("a", ReleaseKind.Failback, 4), ("b", ReleaseKind.Failover, 5) })
        {
            var change = new PlacementChange(kind, "because \"Failover\"") { Lost = ["west"], Losses = new Dictionary<string, long> { ["west"] = 7 } };
            var release = await Store.StartReleaseAsync(new NewRelease(Storefront(name), "v1", "move", "ci", null, change), At.AddMinutes(minutes), Cancel);
            await Store.SetReleaseStatusAsync(release.Id, ReleaseStatus.Succeeded, null, At.AddMinutes(minutes), Cancel);
        }

        var failovers = await Store.ListFailoversAsync(At.AddMinutes(1), 10, Cancel);

        failovers.Select(r => r.Id).Should().Equal("b-2", "c-1", "a-2");
        failovers.Should().OnlyContain(r => r.Kind == ReleaseKind.Failover && r.Change!.Losses["west"] == 7);
        (await Store.ListFailoversAsync(DateTimeOffset.MinValue, 2, Cancel)).Select(r => r.Id).Should().Equal("b-2", "c-1");
    }

    [Fact]
    public async Task Plan_OfAReleaseThatIsOver_StandsFast()
    {
        await StartAsync();
        await Store.SavePlanAsync("storefront-1", SomePlan() with { Digest = "first" }, Cancel);
        await Store.SavePlanAsync("storefront-1", SomePlan(), Cancel);
        await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.Succeeded, null, At, Cancel);

        await Store.SavePlanAsync("storefront-1", SomePlan() with { Digest = "by somebody who was asleep" }, Cancel);

        (await Store.GetPlanAsync("storefront-1", Cancel))!.Digest.Should().Be(SomePlan().Digest);
    }

    [Fact]
    public async Task StoriesAndClusters_OfManyReleases_AreReadAtOnce()
    {
        foreach (var (release, kind, cluster, minutes) in new[] { ("a-1", "Applied", "east", 1), ("a-1", "Applied", "east", 3), ("a-1", "Applied", "west", 2), ("a-1", "Told", "west", 9), ("b-1", "Planned", null, 4), ("c-1", "Planned", null, 5) })
        {
            await Store.AddReleaseEventAsync(new ReleaseEvent(release, At.AddMinutes(minutes), kind, cluster, "words"), $"{minutes}", Cancel);
        }

        (await Store.ListLastEventsAsync(["a-1", "b-1"], ["Applied", "Planned"], Cancel)).Select(e => $"{e.ReleaseId} {e.Kind} {e.Cluster} {(e.At - At).TotalMinutes}").Should()
            .BeEquivalentTo("a-1 Applied east 3", "a-1 Applied west 2", "b-1 Planned  4");
        foreach (var (release, cluster) in new[] { ("a-1", "east"), ("a-1", "west"), ("b-1", "east"), ("c-1", "east") })
        {
            await Store.SaveReleaseClusterAsync(new ReleaseCluster(release, cluster, "all", ClusterPhase.Promoting, 10, 1, 2, "Healthy", "says", At), Cancel);
        }

        var many = await Store.ListReleaseClustersAsync((string[])["a-1", "b-1"], Cancel);
        many.Should().BeEquivalentTo([.. await Store.ListReleaseClustersAsync("a-1", Cancel), .. await Store.ListReleaseClustersAsync("b-1", Cancel)]);
        (await Store.ListReleaseClustersAsync((string[])[], Cancel)).Should().BeEmpty();
    }

    private async Task EndAsync(string application, params IReadOnlyList<ReleaseStatus> ends)
    {
        foreach (var end in ends)
        {
            var release = await StartAsync(application);
            if (end == ReleaseStatus.Succeeded)
            {
                await Store.SetCurrentRevisionAsync(application, release.Revision, Cancel);
            }

            await Store.SetReleaseStatusAsync(release.Id, end, null, At, Cancel);
        }
    }
}
