using FluentAssertions;
using Kairship.Delivery.Releases;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class DeliveryStoreCompliance
{
    [Fact]
    public async Task Application_Saved_ComesBackWhole()
    {
        await Store.SaveApplicationAsync(Storefront(), At, Cancel);

        (await Store.GetApplicationAsync("storefront", Cancel)).Should().BeEquivalentTo(Storefront(), o => o.WithStrictOrdering());
        (await Store.GetApplicationAsync("other", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Application_SavedAgain_IsReplaced()
    {
        await Store.SaveApplicationAsync(Storefront(), At, Cancel);

        await Store.SaveApplicationAsync(Storefront() with { Namespace = "market" }, At.AddMinutes(1), Cancel);

        (await Store.ListApplicationsAsync(Cancel)).Should().ContainSingle().Which.Namespace.Should().Be("market");
    }

    [Fact]
    public async Task Applications_Listed_ComeByName()
    {
        foreach (var name in new[] { "web", "api", "shop" })
        {
            await Store.SaveApplicationAsync(Storefront(name), At, Cancel);
        }

        (await Store.ListApplicationsAsync(Cancel)).Select(x => x.Name).Should().Equal("api", "shop", "web");
    }

    [Fact]
    public async Task Revision_Added_GetsTheNextNumberOfItsApplication()
    {
        (await AddRevisionAsync("v1", "d1")).Number.Should().Be(1);
        (await AddRevisionAsync("v1", "d9", "other")).Number.Should().Be(1);

        var second = await AddRevisionAsync(null, "d2");

        second.Should().Be(new Kairship.Delivery.Applications.Revision("storefront", 2, "r2", "[{\"kind\":\"ConfigMap\"}]", "d2", "ci", At));
        (await Store.GetRevisionAsync("storefront", "r2", Cancel)).Should().Be(second);
        (await Store.GetRevisionAsync("storefront", "r3", Cancel)).Should().BeNull();
        (await Store.ListRevisionsAsync("storefront", 10, Cancel)).Select(x => x.Name).Should().Equal("r2", "v1");
        (await Store.ListRevisionsAsync("storefront", 1, Cancel)).Select(x => x.Name).Should().Equal("r2");
    }

    [Fact]
    public async Task Revision_SameNameAndDigest_IsTheOneThatIsThere()
    {
        var first = await AddRevisionAsync("v1", "d1");

        (await AddRevisionAsync("v1", "d1")).Should().Be(first);
        (await Store.ListRevisionsAsync("storefront", 10, Cancel)).Should().ContainSingle();
    }

    [Fact]
    public async Task Revision_SameNameOtherDigest_IsAConflictThatSaysSo()
    {
        await AddRevisionAsync("v1", "d1");

        (await FluentActions.Awaiting(() => AddRevisionAsync("v1", "d2")).Should().ThrowAsync<DeliveryConflictException>())
            .Which.Message.Should().Contain("v1").And.Contain("storefront").And.Contain("d1");
        (await Store.GetRevisionAsync("storefront", "v1", Cancel))!.Digest.Should().Be("d1");
    }

    [Fact]
    public async Task Revision_WhoseGivenNameIsTakenByHand_GetsAnother()
    {
        await AddRevisionAsync("r2", "d1");

        var unnamed = await AddRevisionAsync(null, "d2");

        unnamed.Number.Should().Be(2);
        unnamed.Name.Should().StartWith("r2").And.NotBe("r2");
    }

    [Fact]
    public async Task Revisions_AddedAtTheSameTime_GetDifferentNumbers()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => AddRevisionAsync(null, $"d{i}"))));

        added.Select(x => x.Number).Should().BeEquivalentTo(Enumerable.Range(1, 12));
    }

    [Fact]
    public async Task CurrentRevision_IsWhatWasSetLast()
    {
        (await Store.GetCurrentRevisionAsync("storefront", Cancel)).Should().BeNull();

        await Store.SetCurrentRevisionAsync("storefront", "v1", Cancel);
        await Store.SetCurrentRevisionAsync("storefront", "v2", Cancel);
        await Store.SetCurrentRevisionAsync("other", "v9", Cancel);

        (await Store.GetCurrentRevisionAsync("storefront", Cancel)).Should().Be("v2");
    }
}
