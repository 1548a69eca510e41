using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    [Fact]
    public async Task Migrate_Again_KeepsEverything()
    {
        await Store.SaveDefinitionAsync(Definition("deploy", 1), [], Cancel);

        await Store.MigrateAsync(Cancel);

        (await Store.GetDefinitionVersionAsync("deploy:1", Cancel)).Should().NotBeNull();
    }

    [Fact]
    public async Task Definition_Saved_ComesBackAsItWas()
    {
        var saved = Definition("deploy", 3) with { Name = "Größe ☸", Description = null, Json = "{\"root\":{}}" };

        await Store.SaveDefinitionAsync(saved, [], Cancel);

        (await Store.GetDefinitionVersionAsync(saved.VersionId, Cancel)).Should().Be(saved);
        (await Store.GetDefinitionVersionAsync("other", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Definition_SavedTwice_IsReplaced()
    {
        await Store.SaveDefinitionAsync(Definition("deploy", 1), [], Cancel);

        await Store.SaveDefinitionAsync(Definition("deploy", 1) with { Name = "Changed" }, [], Cancel);

        var all = await Store.ListDefinitionsAsync(new DefinitionFilter(), new PageRequest(), Cancel);
        all.Items.Should().ContainSingle().Which.Name.Should().Be("Changed");
    }

    [Fact]
    public async Task Definition_NewLatestAndPublished_ClearsThoseMarksOfTheOthersOnly()
    {
        await Store.SaveDefinitionAsync(Definition("other", 1) with { IsLatest = true, IsPublished = true }, [], Cancel);
        await Store.SaveDefinitionAsync(Definition("deploy", 1) with { IsLatest = true, IsPublished = true }, [], Cancel);
        await Store.SaveDefinitionAsync(Definition("deploy", 2) with { IsLatest = true }, [], Cancel);

        (await FindAsync(VersionOption.PublishedOnly))!.Version.Should().Be(1);
        (await FindAsync(VersionOption.LatestOnly))!.Version.Should().Be(2);

        await Store.SaveDefinitionAsync(Definition("deploy", 2) with { IsLatest = true, IsPublished = true }, [], Cancel);

        (await FindAsync(VersionOption.PublishedOnly))!.Version.Should().Be(2);
        (await FindAsync(VersionOption.Exactly(1)))!.Should().Be(Definition("deploy", 1) with { CreatedAt = (await FindAsync(VersionOption.Exactly(1)))!.CreatedAt });
        (await Store.FindDefinitionAsync("other", VersionOption.PublishedOnly, Cancel))!.IsLatest.Should().BeTrue();
    }

    [Fact]
    public async Task Definition_WithoutSuchAVersion_IsNotFound()
    {
        await Store.SaveDefinitionAsync(Definition("deploy", 1), [], Cancel);

        (await FindAsync(VersionOption.PublishedOnly)).Should().BeNull();
        (await FindAsync(VersionOption.LatestOnly)).Should().BeNull();
        (await FindAsync(VersionOption.Exactly(2))).Should().BeNull();
    }

    [Fact]
    public async Task Definitions_SavedAsLatestAtTheSameTime_LeaveOneLatest()
    {
        await Task.WhenAll(Enumerable.Range(1, 12).Select(version =>
            Task.Run(() => Store.SaveDefinitionAsync(Definition("deploy", version) with { IsLatest = true, IsPublished = true }, [], Cancel))));

        var latest = await Store.ListDefinitionsAsync(new DefinitionFilter(Latest: true), new PageRequest(), Cancel);
        var published = await Store.ListDefinitionsAsync(new DefinitionFilter(Published: true), new PageRequest(), Cancel);
        latest.Total.Should().Be(1);
        published.Total.Should().Be(1);
    }

    [Fact]
    public async Task Definitions_Listed_AreFilteredAndNewestFirst()
    {
        for (var version = 1; version <= 3; version++)
        {
            await Store.SaveDefinitionAsync(Definition("deploy", version) with { CreatedAt = Now.AddMinutes(version), IsLatest = true }, [], Cancel);
        }

        await Store.SaveDefinitionAsync(Definition("canary", 1) with { CreatedAt = Now, Name = "Slow And Safe", IsPublished = true }, [], Cancel);

        (await VersionsAsync(new DefinitionFilter())).Should().Equal("deploy:3", "deploy:2", "deploy:1", "canary:1");
        (await VersionsAsync(new DefinitionFilter(DefinitionId: "deploy"))).Should().Equal("deploy:3", "deploy:2", "deploy:1");
        (await VersionsAsync(new DefinitionFilter(Latest: true))).Should().Equal("deploy:3");
        (await VersionsAsync(new DefinitionFilter(Latest: false))).Should().Equal("deploy:2", "deploy:1", "canary:1");
        (await VersionsAsync(new DefinitionFilter(Published: true))).Should().Equal("canary:1");
        (await VersionsAsync(new DefinitionFilter(Search: "AND safe"))).Should().Equal("canary:1");
        (await VersionsAsync(new DefinitionFilter(Search: "100%_"))).Should().BeEmpty();
    }

    [Fact]
    public async Task Definitions_Paged_SayHowManyThereAre()
    {
        for (var version = 1; version <= 5; version++)
        {
            await Store.SaveDefinitionAsync(Definition("deploy", version) with { CreatedAt = Now.AddMinutes(version) }, [], Cancel);
        }

        var page = await Store.ListDefinitionsAsync(new DefinitionFilter(), new PageRequest(Skip: 1, Take: 2), Cancel);

        page.Items.Select(x => x.Version).Should().Equal(4, 3);
        page.Total.Should().Be(5);
    }

    [Fact]
    public async Task Definition_Deleted_IsGoneWithAllVersions()
    {
        await Store.SaveDefinitionAsync(Definition("deploy", 1), [], Cancel);
        await Store.SaveDefinitionAsync(Definition("deploy", 2), [], Cancel);
        await Store.SaveDefinitionAsync(Definition("canary", 1), [], Cancel);

        (await Store.DeleteDefinitionAsync("deploy", Cancel)).Should().Be(DefinitionDeletion.Deleted);
        (await Store.DeleteDefinitionAsync("deploy", Cancel)).Should().Be(DefinitionDeletion.NotFound);
        (await VersionsAsync(new DefinitionFilter())).Should().Equal("canary:1");
    }

    [Fact]
    public async Task Definition_WithUnfinishedInstances_IsNotDeleted()
    {
        await Store.SaveDefinitionAsync(Definition("deploy", 1), [], Cancel);
        var claim = await CreateAndClaimAsync("i");

        (await Store.DeleteDefinitionAsync("deploy", Cancel)).Should().Be(DefinitionDeletion.InUse);
        (await Store.GetDefinitionVersionAsync("deploy:1", Cancel)).Should().NotBeNull();

        await CommitAsync(Finish(claim));
        (await Store.DeleteDefinitionAsync("deploy", Cancel)).Should().Be(DefinitionDeletion.Deleted);
        (await GetAsync("i")).DefinitionVersionId.Should().Be("deploy:1");
    }

    private Task<DefinitionRecord?> FindAsync(VersionOption option) => Store.FindDefinitionAsync("deploy", option, Cancel);

    private async Task<IEnumerable<string>> VersionsAsync(DefinitionFilter filter) =>
        (await Store.ListDefinitionsAsync(filter, new PageRequest(), Cancel)).Items.Select(x => x.VersionId);

    private DefinitionRecord Definition(string id, int version) =>
        new($"{id}:{version}", id, version, id + " it", "What it does", IsLatest: false, IsPublished: false, new string('a', 64), "{}", Now);
}
